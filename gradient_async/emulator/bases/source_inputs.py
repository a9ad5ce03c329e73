"""Data sources as requests describe them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from gradient_async.emulator.bases.catalogue import EmbeddingModel
from gradient_async.emulator.bases.chunking import Chunking
from gradient_async.emulator.bases.data_sources import (
    FILE_UPLOAD,
    WEB_CRAWLER,
    DataSource,
)
from gradient_async.emulator.http.messages import Message
from gradient_async.emulator.http.refusals import RefusalError

_CRAWLING: Final = ("UNKNOWN", "SCOPED", "PATH", "DOMAIN", "SUBDOMAINS", "SITEMAP")


def read_source(
    message: Message,
    model: EmbeddingModel,
    *,
    uuid: str,
    now: int,
    kinds: Iterable[str],
) -> DataSource:
    """
    Read a source of one of some kinds.

    Raises:
        RefusalError: It is of another kind, of none or of two, or makes no sense.
    """
    named = list(filter(message.has, ALL_KINDS))
    if len(named) != 1 or named[0] not in kinds:
        choice = ", ".join(kinds)
        raise RefusalError(422, f"A data source needs exactly one of: {choice}.")
    (kind,) = named
    details = message.message(kind) or Message({})
    return DataSource(
        uuid=uuid,
        kind=kind,
        details=_READERS[kind](details),
        chunking=Chunking.usual(model).changed(message, model),
        created_at=now,
        updated_at=now,
    )


def _read_bucket(message: Message) -> dict[str, object]:
    """Read what leads to a bucket; keys to it are not kept."""
    _require(message, "bucket_name")
    for secret in ("key_id", "secret_key"):
        message.text(secret)
    return _texts(message, "bucket_name", "item_path", "region")


def _read_web_crawler(message: Message) -> dict[str, object]:
    """Read where a crawl starts, and how far it goes."""
    _require(message, "base_url")
    url = message.text("base_url")
    if not _is_web(url):
        raise RefusalError(422, "base_url must be a URL of http or https.")
    return {
        "base_url": url,
        "crawling_option": message.choice("crawling_option", _CRAWLING),
        "embed_media": message.flag("embed_media"),
        "exclude_tags": message.texts("exclude_tags"),
    }


def _read_file_upload(message: Message) -> dict[str, object]:
    """Read which object was stored for a file."""
    _require(message, "stored_object_key")
    texts = _texts(message, "original_file_name", "stored_object_key")
    size = message.whole_number("size_in_bytes")
    if size < 0:
        raise RefusalError(422, f"{message.path}size_in_bytes must be at least 0.")
    return {**texts, "size_in_bytes": str(size)}


def _read_dropbox(message: Message) -> dict[str, object]:
    """Read a folder; the token is not kept."""
    message.text("refresh_token")
    return _texts(message, "folder")


def _read_google_drive(message: Message) -> dict[str, object]:
    """Read a folder, which shows a name of its own; the token is not kept."""
    message.text("refresh_token")
    folder = _texts(message, "folder_id")
    return {**folder, "folder_name": "Shared folder"} if folder else {}


_READERS: Final[Mapping[str, Callable[[Message], dict[str, object]]]] = {
    "spaces_data_source": _read_bucket,
    WEB_CRAWLER: _read_web_crawler,
    FILE_UPLOAD: _read_file_upload,
    "aws_data_source": _read_bucket,
    "dropbox_data_source": _read_dropbox,
    "google_drive_data_source": _read_google_drive,
}

ALL_KINDS: Final = tuple(_READERS)
"""The kinds that a new knowledge base can begin with."""

ADDED_KINDS: Final = ("spaces_data_source", WEB_CRAWLER, "aws_data_source")
"""The kinds that can be added to a knowledge base; the description has no others."""


def _require(message: Message, name: str) -> None:
    """Refuse a text that is not there."""
    if not message.text(name).strip():
        raise RefusalError(422, f"{message.path}{name} must not be empty.")


def _texts(message: Message, *names: str) -> dict[str, object]:
    """Read the texts that are given."""
    return {name: message.text(name) for name in names if message.text(name)}


def _is_web(url: str) -> bool:
    """Tell whether a URL leads to a host of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
