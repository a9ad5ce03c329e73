"""Data sources of knowledge bases, and how requests describe them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.ids import create_rng
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.timestamps import format_timestamps
from gradient_async.emulator.domain.collection import (
    Reader,
    details,
    ignored,
    read_all,
)
from gradient_async.emulator.domain.knowledge_bases.catalogue import Model


class Kind(StrEnum):
    """The kinds of data sources: the names of the members that hold their details."""

    SPACES = "spaces_data_source"
    WEB_CRAWLER = "web_crawler_data_source"
    FILE_UPLOAD = "file_upload_data_source"
    AWS = "aws_data_source"
    DROPBOX = "dropbox_data_source"
    GOOGLE_DRIVE = "google_drive_data_source"


ADDABLE_KINDS: Final = (Kind.SPACES, Kind.WEB_CRAWLER, Kind.FILE_UPLOAD, Kind.AWS)
"""The kinds that can be added to a knowledge base."""

_CRAWLING: Final = ("UNKNOWN", "SCOPED", "PATH", "DOMAIN", "SUBDOMAINS", "SITEMAP")
_ALGORITHMS: Final = (
    "CHUNKING_ALGORITHM_UNKNOWN",
    "CHUNKING_ALGORITHM_SECTION_BASED",
    "CHUNKING_ALGORITHM_HIERARCHICAL",
    "CHUNKING_ALGORITHM_SEMANTIC",
    "CHUNKING_ALGORITHM_FIXED_LENGTH",
)
_CHUNK_SIZES: Final = ("max_chunk_size", "parent_chunk_size", "child_chunk_size")
_THRESHOLD: Final = "semantic_threshold"


@attrs.frozen(kw_only=True)
class DataSource:
    """A data source; times are nanoseconds since the epoch."""

    uuid: str
    kind: Kind
    details: Mapping[str, object]
    """What responses show of it; secrets are not stored."""
    chunking: Mapping[str, object]
    """How its text is split into chunks: an algorithm, and its options."""
    created_at: int
    updated_at: int

    @property
    def object_key(self) -> str | None:
        """The stored object that it reads, if it is an uploaded file."""
        if self.kind != Kind.FILE_UPLOAD:
            return None
        return str(self.details["stored_object_key"])

    @property
    def is_unreachable(self) -> bool:
        """Whether it crawls a host that cannot exist."""
        if self.kind != Kind.WEB_CRAWLER:
            return False
        host = urlsplit(str(self.details["base_url"])).hostname or ""
        # RFC 2606 reserves this top-level domain for names that never resolve.
        return host.endswith(".invalid")

    def measure(self) -> tuple[int, int]:
        """Return its number of files and bytes, derived from its id."""
        if self.kind == Kind.FILE_UPLOAD:
            return 1, int(str(self.details["size_in_bytes"]))
        # Derived rather than stored: every job must find the same content.
        rng = create_rng(self.uuid)
        files = rng.randrange(10, 400)
        return files, files * rng.randrange(2_000, 90_000)

    def describe(self, last_job: Mapping[str, object] | None) -> dict[str, object]:
        """Return its JSON; `last_job` is its entry in the newest job, if any."""
        fields: dict[str, object] = {
            "uuid": self.uuid,
            **format_timestamps(created_at=self.created_at, updated_at=self.updated_at),
            self.kind: dict(self.details),
            **self.chunking,
        }
        if self.kind in {Kind.SPACES, Kind.AWS}:
            # The API's description deprecates these members, but still has them.
            fields |= self.details
        if last_job is not None:
            fields["last_datasource_indexing_job"] = last_job
        return fields


def read_data_source(
    message: Message,
    model: Model,
    *,
    uuid: str,
    now: int,
    kinds: Collection[Kind],
) -> DataSource:
    """Create the data source that a request describes, or raise an `ApiError`."""
    named = list(filter(message.has, Kind))
    if not named and message.string("bucket_name"):
        named, message = [Kind.SPACES], _nest_bucket(message)
    if len(named) != 1 or named[0] not in kinds:
        choices = ", ".join(kinds)
        raise ApiError(422, f"A data source needs exactly one of: {choices}.")
    (kind,) = named
    return DataSource(
        uuid=uuid,
        kind=kind,
        details=read_all(message, {kind: _READERS[kind]})[kind],
        chunking=default_chunking(model) | read_chunking(message, model),
        created_at=now,
        updated_at=now,
    )


def default_chunking(model: Model) -> dict[str, object]:
    """Return the chunking of data sources that specify none."""
    size = model.fields["kb_default_chunk_size"]
    return {
        "chunking_algorithm": _ALGORITHMS[1],
        "chunking_options": {"max_chunk_size": size},
    }


def read_chunking(message: Message, model: Model) -> dict[str, object]:
    """Return what a request sets of the chunking, or raise an `ApiError`."""
    algorithm = message.enum("chunking_algorithm", _ALGORITHMS)
    options = message.message("chunking_options") or Message({})
    chunking = {
        # The enum's zero value is what a request without the member means.
        "chunking_algorithm": "" if algorithm == _ALGORITHMS[0] else algorithm,
        "chunking_options": _read_options(options, model),
    }
    return {name: it for name, it in chunking.items() if it}


def _read_options(options: Message, model: Model) -> dict[str, object]:
    """Return the chunking options that are present."""
    least, most = (model.fields[f"kb_{it}_chunk_size"] for it in ("min", "max"))
    read: dict[str, object] = {}
    for name in filter(options.has, _CHUNK_SIZES):
        read[name] = size = options.integer(name)
        if not least <= size <= most:
            raise ApiError(422, f"{name} must be {least} to {most} with this model.")
    if options.has(_THRESHOLD):
        read[_THRESHOLD] = threshold = options.number(_THRESHOLD)
        if not 0 <= threshold <= 1:
            raise ApiError(422, f"{_THRESHOLD} must be 0 to 1.")
    return read


def _nest_bucket(message: Message) -> Message:
    """Return a message with a bucket's deprecated members in their new place."""
    old = {
        "bucket_name": "bucket_name",
        "region": "bucket_region",
        "item_path": "item_path",
    }
    bucket = {name: message.get(it) for name, it in old.items()}
    return Message({**message.fields, Kind.SPACES: bucket}, message.path)


def _read_url(message: Message, name: str) -> str:
    url = message.required_string(name)
    if not _is_web_url(url):
        raise ApiError(422, f"{name} must be a URL of http or https.")
    return url


def _read_size(message: Message, name: str) -> str:
    size = message.integer(name)
    if size < 0:
        raise ApiError(422, f"{message.path}{name} must be at least 0.")
    # Protobuf writes 64-bit integers as strings, which JavaScript would round.
    return str(size)


def _name_folder(message: Message, _: str) -> str:
    # Requests have only the id, so the name that responses show is made up.
    return "Shared folder" if message.string("folder_id") else ""


_BUCKET: Final = details(
    bucket_name=Message.required_string,
    item_path=Message.string,
    region=Message.string,
    key_id=ignored,
    secret_key=ignored,
)
_READERS: Final[Mapping[Kind, Reader]] = {
    Kind.SPACES: _BUCKET,
    Kind.AWS: _BUCKET,
    Kind.WEB_CRAWLER: details(
        base_url=_read_url,
        crawling_option=partial(Message.enum, values=_CRAWLING),
        embed_media=Message.boolean,
        exclude_tags=Message.strings,
    ),
    Kind.FILE_UPLOAD: details(
        original_file_name=Message.string,
        stored_object_key=Message.required_string,
        size_in_bytes=_read_size,
    ),
    Kind.DROPBOX: details(folder=Message.string, refresh_token=ignored),
    Kind.GOOGLE_DRIVE: details(
        folder_id=Message.string, folder_name=_name_folder, refresh_token=ignored
    ),
}


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
