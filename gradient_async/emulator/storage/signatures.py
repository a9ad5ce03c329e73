"""URLs that are their own permission, in the manner of Amazon's signature version 4."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from gradient_async.emulator.timestamps import SECOND

LIFETIME: Final = 900
"""The seconds for which a URL is good."""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_DATE: Final = "%Y%m%dT%H%M%SZ"
_SIGNATURE: Final = "X-Amz-Signature"


class SignatureError(Exception):
    """A signature that opens nothing: it is wrong, or too old."""

    def __init__(self, *, code: str, message: str) -> None:
        """Keep the code that the store has for it, and the words."""
        super().__init__(code, message)
        self.code = code
        self.message = message


def sign(secret: bytes, method: str, path: str, now: int) -> str:
    """Make the query that allows one method on one path, from now on for a while."""
    date = datetime.fromtimestamp(now // SECOND, UTC)
    query = {
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Date": date.strftime(_DATE),
        "X-Amz-Expires": str(LIFETIME),
        "X-Amz-SignedHeaders": "host",
    }
    return urlencode({**query, _SIGNATURE: _digest(secret, method, path, query)})


def check_signature(
    secret: bytes, method: str, path: str, query: Mapping[str, str], now: int
) -> None:
    """
    Let a request pass.

    Raises:
        SignatureError: Its query is not signed so, or its time is over.
    """
    signed = {name: text for name, text in query.items() if name != _SIGNATURE}
    expected = _digest(secret, method, path, signed).encode()
    if not hmac.compare_digest(expected, query.get(_SIGNATURE, "").encode()):
        msg = "The signature does not match the request."
        raise SignatureError(code="SignatureDoesNotMatch", message=msg)
    signed_at = datetime.strptime(signed["X-Amz-Date"], _DATE).replace(tzinfo=UTC)
    if now >= (int(signed_at.timestamp()) + LIFETIME) * SECOND:
        raise SignatureError(code="AccessDenied", message="Request has expired.")


def _digest(secret: bytes, method: str, path: str, query: Mapping[str, str]) -> str:
    """Compute the signature, in hexadecimal."""
    text = f"{method}\n{path}\n{urlencode(sorted(query.items()))}"
    return hmac.digest(secret, text.encode(), "sha256").hex()
