"""The object store: what was announced, what has arrived, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

import attrs

from gradient_async.emulator.http.messages import Message
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.storage.signatures import LIFETIME, check_signature, sign
from gradient_async.emulator.timestamps import SECOND, timestamp

_SUFFIX: Final = re.compile("[.][A-Za-z0-9]{1,8}")


@attrs.frozen(kw_only=True)
class ReceivedUpload:
    """One file that has arrived whole; its content is not kept."""

    object_key: str
    """The name under which it was stored."""
    size: int
    """Its length in bytes."""
    sha256: str
    """Its digest, in hexadecimal."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """The headers that it came with, with names in lower case."""
    at: float
    """The running loop's time at its end, in seconds."""


@attrs.frozen(kw_only=True)
class StoredObject:
    """What is known of a file that lies in the store, or is to come."""

    owner: int
    """The position of the account that it belongs to; others do not see it."""
    size: int
    """Its length in bytes."""
    at: int
    """When it was stored or announced, in nanoseconds since the epoch."""


@attrs.define
class ObjectStore:
    """Hands out URLs to its site, and keeps what comes by them."""

    _secret: bytes = attrs.field(repr=False)
    url: str = attrs.field(default="", init=False)
    """The base URL of the site that serves it, as it was started last."""
    uploads: list[ReceivedUpload] = attrs.field(factory=list, init=False)
    """The uploads in the order of their ends."""
    _announced: dict[str, StoredObject] = attrs.field(factory=dict, init=False)
    _stored: dict[str, StoredObject] = attrs.field(factory=dict, init=False)

    def announce(
        self, file_name: str, size: int, *, owner: int, uuid: str, now: int
    ) -> dict[str, object]:
        """Reserve a name for a file; give it, and the URL to send the file to."""
        suffix = PurePosixPath(file_name).suffix
        key = uuid + (suffix if _SUFFIX.fullmatch(suffix) else "")
        self._announced[key] = StoredObject(owner=owner, size=size, at=now)
        return {
            "object_key": key,
            "original_file_name": file_name,
            "presigned_url": self.sign("PUT", f"/uploads/{key}", now),
            # The date in the URL has no fraction.
            "expires_at": timestamp((now // SECOND + LIFETIME) * SECOND),
        }

    def announced(self, key: str) -> StoredObject | None:
        """Give what has to come under a name, if a file was announced."""
        return self._announced.get(key)

    def keep(self, key: str, stored: StoredObject) -> None:
        """Note that an object is there, in place of any before."""
        self._stored[key] = stored

    def find(self, key: str, owner: int) -> StoredObject | None:
        """Give an object as its owner sees it; nobody else does."""
        stored = self._stored.get(key)
        return stored if stored is not None and stored.owner == owner else None

    def sign(self, method: str, path: str, now: int) -> str:
        """Make a URL of the site that allows one thing for a while."""
        return f"{self.url}{path}?{sign(self._secret, method, path, now)}"

    def check(self, method: str, path: str, query: Mapping[str, str], now: int) -> None:
        """Let a request pass, or raise a `SignatureError`."""
        check_signature(self._secret, method, path, query, now)


def read_files(message: Message) -> list[tuple[str, int]]:
    """
    Read the names and sizes of files to upload.

    Raises:
        RefusalError: There are none, or one has no name or no content.
    """
    files = [
        (file.text("file_name"), file.whole_number("file_size"))
        for file in message.messages("files")
    ]
    if not files:
        raise RefusalError(422, "There are no files to make URLs for.")
    if not all(name and size >= 1 for name, size in files):
        raise RefusalError(422, "A file needs a file_name, and a file_size from 1 up.")
    return files
