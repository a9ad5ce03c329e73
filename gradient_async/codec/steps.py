"""Decode large responses in steps, between which the event loop serves others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs
import msgspec

from gradient_async.codec.codec import Codec, decode_with
from gradient_async.codec.density import MAX_OBJECTS_AT_ONCE, check_density
from gradient_async.errors import DecodeError

T = TypeVar("T")

STEP: Final = 512 * 1024
"""Bytes that are decoded at once, unless a single item has more."""

_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])


async def decode_in_steps(codec: Codec, body: bytes, shape: type[T]) -> T:
    """
    Decode a large JSON body into an attrs object, some items of its list at a time.

    Raises:
        DecodeError: See `Codec.decode` and `check_density`; an item, or a body without
            a list, may have only 10,000 objects.
    """
    check_density(body)
    await asyncio.sleep(0)
    key, item = _find_list(shape)  # type: ignore[arg-type]  # classes are hashable
    frame, raw_items = _split(body, key)
    if raw_items is None:
        return _decode(codec, body, shape)
    response = codec.decode(frame, shape)
    items: list[object] = []
    for batch in _batches(raw_items):
        await asyncio.sleep(0)
        for raw in batch:
            try:
                items.append(_decode(codec, raw, item))
            except DecodeError as error:
                error.json_path = f"$.{key}[{len(items)}]{error.json_path[1:]}"
                raise
    fields: dict[str, object] = {key: tuple(items)}
    return attrs.evolve(response, **fields)  # type: ignore[misc]  # an attrs object


def _decode(codec: Codec, body: bytes, shape: type[T]) -> T:
    check_density(body, max_objects=MAX_OBJECTS_AT_ONCE)
    return codec.decode(body, shape)


@cache
def _find_list(shape: Any) -> tuple[str, type[Any]]:
    """Return the key of a response's list and the type of its items."""
    for key, hint in get_type_hints(shape).items():
        for part in (hint, *get_args(hint)):
            if get_origin(part) is tuple:
                return key, get_args(part)[0]
    return "", NoneType


def _split(body: bytes, key: str) -> tuple[bytes, list[msgspec.Raw] | None]:
    """Return a body with an empty list, and the items; None if it has no list."""
    members = decode_with(_MEMBERS, body)
    try:
        items = _ITEMS.decode(members.get(key, b"null"))
    except msgspec.ValidationError:
        return body, None
    return msgspec.json.encode({**members, key: ()}), items


def _batches(items: list[msgspec.Raw]) -> Iterator[list[bytes]]:
    """Iterate over the items in batches of about a step."""
    batch, size = [], 0
    for item in map(bytes, items):
        batch.append(item)
        size += len(item)
        if size >= STEP:
            yield batch
            batch, size = [], 0
    yield batch
