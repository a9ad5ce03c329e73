"""The server's part in consumer groups."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, cast

import attrs

from gradient_async.errors import DecodeError, SharedStoreError
from gradient_async.logger import logger
from gradient_async.shared.log.entry import LogEntry, LogPosition, parse_entry
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.script import Script
from gradient_async.shared.store import SharedStore, to_text

_DELIVER: Final = Script.load(__package__, "group.lua")
_RENEW: Final = Script.load(__package__, "renew.lua")


@attrs.frozen
class Delivery:
    """What the server delivered."""

    lost: int
    """Number of entries that the group has lost; -1 if the server lost its data."""
    entry: LogEntry | None
    """The entry to handle; None if there is none, or it is unreadable."""
    count: int
    """Number of its deliveries; 0 if there is none."""


class GroupServer:
    """
    One consumer of a group on the server.

    Args:
        store: The server.
        keys: The keys of the log.
        group: Name of the group.
        consumer: Name of the consumer.
        retry_after: Seconds after which an entry was left by its consumer.
    """

    def __init__(
        self,
        store: SharedStore,
        keys: LogKeys,
        *,
        group: str,
        consumer: str,
        retry_after: float,
    ) -> None:
        self._store = store
        self._keys = keys
        self._group = group
        self._consumer = consumer
        self._retry_ms = round(retry_after * 1000)
        self._is_known = False

    async def deliver(self, since: LogPosition | None) -> Delivery:
        """
        Return the next entry: one that another consumer left, or a new one.

        One that cannot be read is acknowledged, since it would come again forever.

        Args:
            since: Where a group begins that does not exist; None means now.

        Raises:
            SharedStoreError: The server did not respond.
        """
        keys = self._keys
        response = await self._store.run(
            _DELIVER,
            [keys.events, keys.group(self._group), keys.last],
            *(self._group, self._consumer, "$" if since is None else str(since)),
            *(int(self._is_known), self._retry_ms),
        )
        self._is_known = True
        lost, *rest = cast("list[int]", response)
        if not rest:
            return Delivery(lost, None, 0)
        entry_id, fields, count = cast("tuple[object, Sequence[object], int]", rest)
        try:
            return Delivery(lost, parse_entry(entry_id, fields), count)
        except DecodeError as error:
            await self._skip(to_text(entry_id), error)
            return Delivery(lost, None, count)

    async def _skip(self, entry_id: str, error: DecodeError) -> None:
        msg = "group %s: entry %s is skipped, as it is unreadable: %s"
        logger.warning(msg, self._group, entry_id, error.message)
        # Unless this arrives, the entry comes again.
        with suppress(SharedStoreError):
            await self.acknowledge(entry_id)

    async def renew(self, ids: Sequence[str]) -> None:
        """
        Keep entries for as long as they are handled.

        Raises:
            SharedStoreError: The server did not respond.
        """
        await self._store.run(
            _RENEW, [self._keys.events], self._group, self._consumer, *ids
        )

    async def acknowledge(self, entry_id: str) -> None:
        """
        Record that an entry was handled.

        Raises:
            SharedStoreError: The server did not respond.
        """
        await self._store.execute("XACK", self._keys.events, self._group, entry_id)
