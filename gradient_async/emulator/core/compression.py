"""The compression of requests' bodies."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from gradient_async.emulator.core.errors import ApiError

# As for a body that is not compressed: a few bytes can stand for gigabytes.
_MAX_SIZE: Final = 1 << 20
# zlib's `wbits`: 15 is the largest window, and 16 more mean a header of gzip.
_WINDOWS: Final[Mapping[str, int]] = {"gzip": 31, "deflate": 15}


def decompress(body: bytes, encoding: str) -> bytes:
    """
    Return a body as it was before its `Content-Encoding`.

    Raises:
        ApiError: The encoding is unknown (415), the body is not of this encoding (400),
            or it is more than 1 MiB (413).
    """
    encoding = encoding.lower()
    if not body or encoding in {"", "identity"}:
        return body
    if encoding not in _WINDOWS:
        raise ApiError(415, "Content-Encoding can be gzip or deflate.")
    stream = zlib.decompressobj(_WINDOWS[encoding])
    try:
        content = stream.decompress(body, _MAX_SIZE)
    except zlib.error as error:
        raise ApiError(400, f"The body is not compressed with {encoding}.") from error
    if len(content) == _MAX_SIZE:
        raise ApiError(413)
    if not stream.eof:
        raise ApiError(400, "The compressed body is incomplete.")
    return content
