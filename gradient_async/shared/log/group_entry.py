"""One entry, while a consumer of a group handles it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Self

import attrs

from gradient_async.shared.log.entry import LogEntry


@attrs.frozen(kw_only=True, eq=False)
class GroupEntry(LogEntry):
    """
    One entry of the log, for a consumer of a group to handle.

        async with entry:
            await handle(entry.event)

    Leaving the block acknowledges the entry, so the group is done with it. After an
    error or a cancellation it is not acknowledged, and comes again, to this consumer or
    another one.
    """

    deliveries: int
    """
    Number of times that the entry was delivered, 1 at first.

    If it is larger, the entry may have been handled: see whether `key` is known.
    """
    _acknowledge: Callable[[GroupEntry], Awaitable[None]] = attrs.field(repr=False)
    _release: Callable[[GroupEntry], None] = attrs.field(repr=False)

    async def __aenter__(self) -> Self:
        """Return the entry, which stays with this consumer within the block."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Acknowledge the entry unless there was an error; wait for the server."""
        try:
            if kind is None:
                await self._acknowledge(self)
        finally:
            self._release(self)
