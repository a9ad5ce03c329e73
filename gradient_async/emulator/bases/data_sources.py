"""Data sources: what a knowledge base is made from."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import attrs

from gradient_async.emulator.bases.chunking import Chunking
from gradient_async.emulator.timestamps import timestamp

BUCKET_KINDS: Final = frozenset({"spaces_data_source", "aws_data_source"})
"""The kinds that read a bucket."""

WEB_CRAWLER: Final = "web_crawler_data_source"
"""The kind that reads a site of the web."""

FILE_UPLOAD: Final = "file_upload_data_source"
"""The kind that reads one file, uploaded before."""


@attrs.frozen(kw_only=True)
class DataSource:
    """One source of a knowledge base; moments are nanoseconds since the epoch."""

    uuid: str
    kind: str
    """The member of its JSON object that holds the details."""
    details: Mapping[str, object]
    """What is shown of it; secrets are not even kept."""
    chunking: Chunking
    created_at: int
    updated_at: int

    @property
    def object_key(self) -> str | None:
        """The object in the store that it reads, if it is an uploaded file."""
        if self.kind != FILE_UPLOAD:
            return None
        return str(self.details["stored_object_key"])

    @property
    def leads_nowhere(self) -> bool:
        """Whether it crawls a site whose host cannot exist."""
        if self.kind != WEB_CRAWLER:
            return False
        host = urlsplit(str(self.details["base_url"])).hostname or ""
        return host.endswith(".invalid")

    def measure(self) -> tuple[int, int]:
        """Tell how many files and bytes there are, as made up from its id."""
        if self.kind == FILE_UPLOAD:
            return 1, int(str(self.details["size_in_bytes"]))
        chance = random.Random(self.uuid)  # noqa: S311  (repeatable, no secret)
        files = chance.randrange(10, 400)
        return files, files * chance.randrange(2_000, 90_000)

    def describe(self, last: Mapping[str, object] | None) -> dict[str, object]:
        """Write it as in the API's JSON; `last` is its part in the newest job."""
        fields: dict[str, object] = {
            "uuid": self.uuid,
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.updated_at),
            self.kind: dict(self.details),
            "chunking_algorithm": self.chunking.algorithm,
            "chunking_options": dict(self.chunking.options),
        }
        if self.kind in BUCKET_KINDS:
            # The description calls these deprecated, and still has them.
            fields |= self.details
        if last is not None:
            fields["last_datasource_indexing_job"] = last
        return fields
