"""The object store: presigned URLs, and the files that are uploaded with them."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlencode

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.records import ReceivedUpload
from gradient_async.emulator.core.timestamps import SECOND, format_timestamp

_LIFETIME: Final = 900
# Nothing else of a file's name becomes part of a URL, so nothing needs escaping.
_SUFFIX: Final = re.compile("[.][A-Za-z0-9]{1,8}")
_DATE: Final = "%Y%m%dT%H%M%SZ"
_SIGNATURE: Final = "X-Amz-Signature"


@attrs.frozen(kw_only=True)
class StoredObject:
    """A file that is stored, or expected."""

    owner: int
    """The index of its account; other accounts do not see it."""
    size: int
    """The length in bytes."""
    at: int
    """When it was stored or announced, in nanoseconds since the epoch."""


@attrs.define
class ObjectStore:
    """
    An object store with presigned URLs, which are valid for 15 minutes.

    The URLs follow the form of Amazon's signature version 4, but not its algorithm:
    only this store checks them.
    """

    _secret: bytes = attrs.field(repr=False)
    url: str = attrs.field(default="", init=False)
    """The base URL of the storage site since its last start."""
    uploads: list[ReceivedUpload] = attrs.field(factory=list, init=False)
    """The completed uploads, in order."""
    expected: dict[str, StoredObject] = attrs.field(factory=dict, init=False)
    """The files for which keys were reserved, by key."""
    stored: dict[str, StoredObject] = attrs.field(factory=dict, init=False)
    """The files that exist, by key."""

    def prepare_upload(
        self, file_name: str, size: int, *, owner: int, uuid: str, now: int
    ) -> dict[str, object]:
        """Reserve a key for a file, and return its JSON with a presigned URL."""
        self._drop_expired(now)
        suffix = PurePosixPath(file_name).suffix
        key = uuid + (suffix if _SUFFIX.fullmatch(suffix) else "")
        self.expected[key] = StoredObject(owner=owner, size=size, at=now)
        return {
            "object_key": key,
            "original_file_name": file_name,
            "presigned_url": self.sign_url("PUT", f"/uploads/{key}", now),
            # The date in the URL has no fraction, so neither has its end.
            "expires_at": format_timestamp((now // SECOND + _LIFETIME) * SECOND),
        }

    def get(self, key: str, owner: int) -> StoredObject | None:
        """Return an object if it exists and belongs to `owner`."""
        stored = self.stored.get(key)
        # As if it did not exist: who guesses a key must not learn that it is in use.
        return stored if stored is not None and stored.owner == owner else None

    def sign_url(self, method: str, path: str, now: int) -> str:
        """Return a URL of the storage site that permits one method on one path."""
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": datetime.fromtimestamp(now // SECOND, UTC).strftime(_DATE),
            "X-Amz-Expires": str(_LIFETIME),
            "X-Amz-SignedHeaders": "host",
        }
        query[_SIGNATURE] = self._signature(method, path, query)
        return f"{self.url}{path}?{urlencode(query)}"

    def check_signature(
        self, method: str, path: str, query: Mapping[str, str], now: int
    ) -> None:
        """Raise an `ApiError` if a query's signature is wrong or has expired."""
        signed = {name: text for name, text in query.items() if name != _SIGNATURE}
        expected = self._signature(method, path, signed).encode()
        if not hmac.compare_digest(expected, query.get(_SIGNATURE, "").encode()):
            msg = "The signature does not match the request."
            raise ApiError(403, msg, code="SignatureDoesNotMatch")
        # A valid signature proves that the date is one of our own.
        signed_at = datetime.strptime(signed["X-Amz-Date"], _DATE).replace(tzinfo=UTC)
        if now >= (int(signed_at.timestamp()) + _LIFETIME) * SECOND:
            raise ApiError(403, "Request has expired.")

    def _drop_expired(self, now: int) -> None:
        """Drop the keys whose URLs have expired; the first are the oldest."""
        expired = takewhile(
            lambda it: it[1].at + _LIFETIME * SECOND < now, self.expected.items()
        )
        for key in [key for key, _ in expired]:
            del self.expected[key]

    def _signature(self, method: str, path: str, query: Mapping[str, str]) -> str:
        # Sorted, because clients may send the parameters in another order.
        text = f"{method}\n{path}\n{urlencode(sorted(query.items()))}"
        return hmac.digest(self._secret, text.encode(), "sha256").hex()


def read_files(message: Message) -> list[tuple[str, int]]:
    """Return the names and sizes of the files to upload, or raise an `ApiError`."""
    files = [
        (file.string("file_name"), file.integer("file_size"))
        for file in message.messages("files")
    ]
    if not files:
        raise ApiError(422, "There are no files to make URLs for.")
    if not all(name and size >= 1 for name, size in files):
        raise ApiError(422, "A file needs a file_name, and a file_size from 1 up.")
    return files
