"""Refuse bodies that would become far more than they look like; pure."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from gradient_async.errors import DecodeError

MAX_OBJECTS: Final = 45_000
"""Maximum number of objects in a body; a page of 200 jobs with 200 sources each has
40,201."""

MAX_OBJECTS_AT_ONCE: Final = 10_000
"""Maximum number of objects that are decoded without a pause, and of objects of less
than 100 bytes on average. The API writes all fields of an object: a data source of a
job takes 500 bytes."""

MAX_LISTS: Final = 100_000
"""Maximum number of lists in a body."""

MAX_VALUES: Final = 750_000
"""Maximum number of values in a body, counted by their commas; that page has
602,000."""

_MIN_BYTES: Final = 100

# Smaller bodies cannot have enough to block the event loop: counting takes a twelfth
# of the time of decoding a page.
_MIN_SIZE: Final = 32 * 1024

# Smaller bodies cannot have too many values, if they do not have too many objects.
_MIN_SIZE_FOR_VALUES: Final = 512 * 1024

# A brace that begins no object is followed by something else, such as the backslash of
# JSON within a string. Looking at more braces than this takes too long.
_OBJECT: Final = re.compile(rb'\{[\s"}]')
_MAX_BRACES: Final = 1_000_000
_CHUNK_BYTES: Final = 16 * 1024


def check_density(body: bytes, *, max_objects: int = MAX_OBJECTS) -> None:
    """
    Raise if a JSON body would become so many objects that they block the event loop.

    An object takes 3 bytes of JSON, and 100 times that in memory. Brackets and commas
    in strings are counted, too: the limits are far above what the API sends. Braces in
    strings, as in chunks of source code, mostly are not.

    Raises:
        DecodeError: There are more than `max_objects` objects, or 10,000 of less than
            100 bytes on average, 100,000 lists or 750,000 values.
    """
    if len(body) > _MIN_SIZE:
        maximum = max(MAX_OBJECTS_AT_ONCE, min(max_objects, len(body) // _MIN_BYTES))
        if _has_more_objects(body, maximum):
            raise _error(maximum, "objects")
    if len(body) > _MIN_SIZE_FOR_VALUES:
        if body.count(b"[") > MAX_LISTS:
            raise _error(MAX_LISTS, "lists")
        if body.count(b",") > MAX_VALUES:
            raise _error(MAX_VALUES, "values")


def _has_more_objects(body: bytes, maximum: int) -> bool:
    braces = _count_braces(body)
    if not maximum < braces <= _MAX_BRACES:
        return braces > maximum
    return next(islice(_OBJECT.finditer(body), maximum, None), None) is not None


def _count_braces(body: bytes) -> int:
    # Not `count`: eight times slower where braces are rare. In chunks, because copying
    # the whole body would evict it from the processor's cache.
    others = 0
    for start in range(0, len(body), _CHUNK_BYTES):
        chunk = body[start : start + _CHUNK_BYTES]
        others += len(chunk.replace(b"{", b""))
    return len(body) - others


def _error(maximum: int, what: str) -> DecodeError:
    return DecodeError(f"Expected at most {maximum:,} {what}; request fewer items")
