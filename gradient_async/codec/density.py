"""Refuse bodies that would become far more than they look like; pure."""

from __future__ import annotations

from typing import Final

from gradient_async.errors import DecodeError

MAX_OBJECTS: Final = 10_000
"""Maximum number of objects in a body; a page of 200 jobs has about 600."""

MAX_LISTS: Final = 100_000
"""Maximum number of lists in a body."""

MAX_VALUES: Final = 500_000
"""Maximum number of values in a body, counted by their commas."""

# Smaller bodies cannot have enough to block the event loop: counting takes a twelfth
# of the time of decoding a page.
_MIN_SIZE: Final = 32 * 1024

# Smaller bodies cannot have too many values, if they do not have too many objects.
_MIN_SIZE_FOR_VALUES: Final = 512 * 1024


def check_density(body: bytes) -> None:
    """
    Raise if a JSON body would become so many objects that they block the event loop.

    An object takes 3 bytes of JSON, and 400 times that in memory. What stands in
    strings is counted, too: the limits are far above what the API sends.

    Raises:
        DecodeError: There are more than 10,000 objects, 100,000 lists or 500,000
            values.
    """
    if len(body) > _MIN_SIZE:
        _check(body, b"{", MAX_OBJECTS, "objects")
    if len(body) > _MIN_SIZE_FOR_VALUES:
        _check(body, b"[", MAX_LISTS, "lists")
        _check(body, b",", MAX_VALUES, "values")


def _check(body: bytes, sign: bytes, maximum: int, what: str) -> None:
    count = body.count(sign)
    if count > maximum:
        msg = f"Expected at most {maximum:,} {what}, got {count:,}; request fewer items"
        raise DecodeError(msg)
