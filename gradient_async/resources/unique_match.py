"""Find the only item of a list with a name or an id."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Protocol, TypeVar

from gradient_async.errors import AmbiguousNameError, UnknownNameError
from gradient_async.printable import printable


class Identified(Protocol):
    """An object with an id."""

    @property
    def uuid(self) -> str:
        """Its id."""
        ...


T = TypeVar("T", bound=Identified)


async def find_unique(
    items: AsyncIterable[T],
    text: str,
    noun: str,
    *,
    name: Callable[[T], str | None] = lambda _: None,
    is_start: bool = False,
) -> T:
    """
    Return the only item with an id, a name, or an id that starts so, in this order.

    Reads the list to its end, unless it finds the id.

    Args:
        items: The list.
        text: The id, the name, or the start of the id.
        noun: What an item is called, for errors.
        name: Function that returns the name of an item.
        is_start: Whether the text may be the start of an id.

    Raises:
        AmbiguousNameError: Several items match; has `.uuids`.
        UnknownNameError: None does.
    """
    named: list[T] = []
    started: list[T] = []
    async for item in items:
        if item.uuid.lower() == text.lower():
            return item
        if name(item) == text:
            named.append(item)
        elif is_start and item.uuid.lower().startswith(text.lower()):
            started.append(item)
    matches = named or started
    if len(matches) == 1:
        return matches[0]
    shown = printable(text)
    if not matches:
        msg = f"there is no {noun} {shown!r}"
        raise UnknownNameError(msg, name=text)
    uuids = tuple(item.uuid for item in matches)
    what = "the name" if named else "an id that starts with"
    listed = ", ".join(map(printable, uuids))
    msg = f"{len(uuids)} {noun}s have {what} {shown!r}: {listed}"
    raise AmbiguousNameError(msg, name=text, uuids=uuids)
