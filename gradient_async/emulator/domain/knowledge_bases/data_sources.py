"""Data sources of knowledge bases, and how requests describe them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlsplit

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.ids import create_rng
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.timestamps import format_timestamps
from gradient_async.emulator.domain.knowledge_bases.catalogue import EmbeddingModel


class Kind(StrEnum):
    """The kinds of data sources: the names of the members that hold their details."""

    SPACES = "spaces_data_source"
    WEB_CRAWLER = "web_crawler_data_source"
    FILE_UPLOAD = "file_upload_data_source"
    AWS = "aws_data_source"
    DROPBOX = "dropbox_data_source"
    GOOGLE_DRIVE = "google_drive_data_source"


ADDABLE_KINDS: Final = (Kind.SPACES, Kind.WEB_CRAWLER, Kind.AWS)
"""The kinds that can be added to a knowledge base; the description has no others."""

_CRAWLING: Final = ("UNKNOWN", "SCOPED", "PATH", "DOMAIN", "SUBDOMAINS", "SITEMAP")
_ALGORITHMS: Final = (
    "CHUNKING_ALGORITHM_UNKNOWN",
    "CHUNKING_ALGORITHM_SECTION_BASED",
    "CHUNKING_ALGORITHM_HIERARCHICAL",
    "CHUNKING_ALGORITHM_SEMANTIC",
    "CHUNKING_ALGORITHM_FIXED_LENGTH",
)
_CHUNK_SIZES: Final = ("max_chunk_size", "parent_chunk_size", "child_chunk_size")
_CHUNKING_THRESHOLD: Final = "semantic_threshold"


@attrs.frozen
class Chunking:
    """How text is split into chunks: an algorithm, and its options as in JSON."""

    algorithm: str
    options: dict[str, object]

    @classmethod
    def default(cls, model: EmbeddingModel) -> Self:
        """Return the chunking of data sources that specify none."""
        return cls(_ALGORITHMS[1], {"max_chunk_size": model.default_size})

    def updated(self, message: Message, model: EmbeddingModel) -> Chunking:
        """Return it with what a request replaces, or raise an `ApiError`."""
        algorithm = message.enum("chunking_algorithm", _ALGORITHMS)
        options = message.message("chunking_options")
        return Chunking(
            # The enum's zero value is what a request without the member means.
            self.algorithm if algorithm == _ALGORITHMS[0] else algorithm,
            self.options if options is None else dict(_read_options(options, model)),
        )


@attrs.frozen(kw_only=True)
class DataSource:
    """A data source; times are nanoseconds since the epoch."""

    uuid: str
    kind: Kind
    details: Mapping[str, object]
    """What responses show of it; secrets are not stored."""
    chunking: Chunking
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
            "chunking_algorithm": self.chunking.algorithm,
            "chunking_options": dict(self.chunking.options),
        }
        if self.kind in {Kind.SPACES, Kind.AWS}:
            # The API's description deprecates these members, but still has them.
            fields |= self.details
        if last_job is not None:
            fields["last_datasource_indexing_job"] = last_job
        return fields


def read_data_source(
    message: Message,
    model: EmbeddingModel,
    *,
    uuid: str,
    now: int,
    kinds: Collection[Kind],
) -> DataSource:
    """Create the data source that a request describes, or raise an `ApiError`."""
    named = list(filter(message.has, Kind))
    if len(named) != 1 or named[0] not in kinds:
        choices = ", ".join(kinds)
        raise ApiError(422, f"A data source needs exactly one of: {choices}.")
    (kind,) = named
    details = message.message(kind) or Message({})
    return DataSource(
        uuid=uuid,
        kind=kind,
        details=_READERS[kind](details),
        chunking=Chunking.default(model).updated(message, model),
        created_at=now,
        updated_at=now,
    )


def _read_options(
    options: Message, model: EmbeddingModel
) -> Iterator[tuple[str, object]]:
    """Yield the chunking options that are present."""
    for name in filter(options.has, _CHUNK_SIZES):
        size = options.integer(name)
        if not model.min_size <= size <= model.max_size:
            limits = f"{model.min_size} to {model.max_size}"
            raise ApiError(422, f"{name} must be {limits} with this model.")
        yield name, size
    if options.has(_CHUNKING_THRESHOLD):
        threshold = options.number(_CHUNKING_THRESHOLD)
        if not 0 <= threshold <= 1:
            raise ApiError(422, f"{_CHUNKING_THRESHOLD} must be 0 to 1.")
        yield _CHUNKING_THRESHOLD, threshold


def _read_bucket(message: Message) -> dict[str, object]:
    message.required_string("bucket_name")
    for secret in ("key_id", "secret_key"):
        message.string(secret)
    return _strings(message, "bucket_name", "item_path", "region")


def _read_web_crawler(message: Message) -> dict[str, object]:
    url = message.required_string("base_url")
    if not _is_web_url(url):
        raise ApiError(422, "base_url must be a URL of http or https.")
    return {
        "base_url": url,
        "crawling_option": message.enum("crawling_option", _CRAWLING),
        "embed_media": message.boolean("embed_media"),
        "exclude_tags": message.strings("exclude_tags"),
    }


def _read_file_upload(message: Message) -> dict[str, object]:
    message.required_string("stored_object_key")
    names = _strings(message, "original_file_name", "stored_object_key")
    size = message.integer("size_in_bytes")
    if size < 0:
        raise ApiError(422, f"{message.path}size_in_bytes must be at least 0.")
    # Protobuf writes 64-bit integers as strings, which JavaScript would round.
    return {**names, "size_in_bytes": str(size)}


def _read_dropbox(message: Message) -> dict[str, object]:
    message.string("refresh_token")
    return _strings(message, "folder")


def _read_google_drive(message: Message) -> dict[str, object]:
    message.string("refresh_token")
    folder = _strings(message, "folder_id")
    # Requests have only the id, so the name that responses show is made up.
    return {**folder, "folder_name": "Shared folder"} if folder else {}


# Secrets are read, though not kept, so that wrong types are rejected.
_READERS: Final[Mapping[str, Callable[[Message], dict[str, object]]]] = {
    Kind.SPACES: _read_bucket,
    Kind.WEB_CRAWLER: _read_web_crawler,
    Kind.FILE_UPLOAD: _read_file_upload,
    Kind.AWS: _read_bucket,
    Kind.DROPBOX: _read_dropbox,
    Kind.GOOGLE_DRIVE: _read_google_drive,
}


def _strings(message: Message, *names: str) -> dict[str, object]:
    """Return the strings that are present and not empty."""
    return {name: message.string(name) for name in names if message.string(name)}


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
