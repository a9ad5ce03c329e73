"""How dense a body may be; see also `tests/transport/test_dense_bodies.py`."""

from __future__ import annotations

import pytest

from gradient_async.codec.density import check_density
from gradient_async.errors import DecodeError


def objects(size: int, count: int) -> bytes:
    """Return so many objects, each of so many bytes."""
    return b"{%s}" % (b'"' + b"x" * (size - 3)) * count


def test_more_objects_are_accepted_from_100_bytes_each() -> None:
    """20,000 objects of 100 bytes are accepted, of 99 bytes refused."""
    check_density(objects(100, 20_000))
    with pytest.raises(DecodeError, match="at most 19,800 objects"):
        check_density(objects(99, 20_000))


def test_the_limit_of_one_object_is_lower() -> None:
    """What is decoded at once may have 10,000 objects, however large."""
    check_density(objects(1000, 10_000), max_objects=10_000)
    with pytest.raises(DecodeError, match="at most 10,000 objects"):
        check_density(objects(1000, 10_001), max_objects=10_000)


def test_lists_are_counted_in_large_bodies() -> None:
    """100,001 lists are refused in a body of more than 512 KiB."""
    body = b"[" * 100_001
    check_density(body.ljust(512 * 1024))
    with pytest.raises(DecodeError, match="at most 100,000 lists"):
        check_density(body.ljust(512 * 1024 + 1))
