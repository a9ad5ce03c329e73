"""A group of consumers that share the entries of a log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from weakref import WeakSet, ref

from gradient_async.changes import Lagged
from gradient_async.errors import SharedStoreError
from gradient_async.shared.log.entry import START, LogEvent, LogPosition, LogReset
from gradient_async.shared.log.group_entry import GroupEntry
from gradient_async.shared.log.group_server import Delivery, GroupServer
from gradient_async.shared.log.tail import LogTail
from gradient_async.shared.log.tail_iterator import TailIterator
from gradient_async.shared.outage import Outage


class EventGroup:
    """
    A named group of consumers, in any number of processes; see `SharedFeed.group`.

    Args:
        open_consumer: Returns a new consumer.
        name: Name of the group.
    """

    def __init__(self, name: str, open_consumer: Callable[[], GroupConsumer]) -> None:
        self.name: str = name
        """Name of the group."""
        self._open_consumer = open_consumer

    def consume(self) -> GroupConsumer:
        """
        Return an iterator over the entries that fall to one more consumer.

            async for entry in group.consume():
                async with entry:
                    await handle(entry.event)

        Each entry goes to one consumer of the group, which has it until the block is
        left. An entry comes again, with a larger `deliveries`, if its consumer was
        cancelled, failed in the block or let go of the entry, and if its process died
        or was suspended: `retry_after` seconds later, to any of them.
        """
        return self._open_consumer()


class GroupConsumer(TailIterator[GroupEntry]):
    """
    The entries for one consumer, as an async iterator; see `EventGroup.consume`.

    Leaving the loop, also by `break`, ends consuming.
    """

    def __init__(
        self,
        server: GroupServer,
        tail: LogTail,
        outage: Outage,
        *,
        since: LogPosition | None,
        retry_after: float,
    ) -> None:
        super().__init__(tail)
        self._server = server
        self._outage = outage
        self._since = since
        # Twice within the time, and once more for a response that is late.
        self._pause = retry_after / 3
        self._latest = str(START)
        # Those that are dropped without being handled are not kept from the others.
        self._held = WeakSet[GroupEntry]()
        self._renewal: asyncio.Task[None] | None = None

    def _begin(self) -> None:
        super()._begin()
        renewing = _renew_forever(ref(self), self._pause)
        loop = asyncio.get_running_loop()
        self._renewal = loop.create_task(renewing, context=Context())

    async def _fetch(self) -> None:
        """Fetch an entry; if there is none, wait until there may be one."""
        self._check_renewal()
        self._woken.clear()
        try:
            delivery = await self._server.deliver(self._since)
        except SharedStoreError as error:
            await self._outage.wait(error)
        else:
            self._outage.end()
            self._accept(delivery)
            if not self._ready and not delivery.count:
                await self._wait()

    async def _wait(self) -> None:
        """Wait until there may be an entry."""
        # That others leave theirs wakes nobody.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause):
                await self._woken.wait()

    def _check_renewal(self) -> None:
        """Raise what ended renewing, without which others get what is handled here."""
        if self._renewal is not None and self._renewal.done():
            self._renewal.result()

    def _accept(self, delivery: Delivery) -> None:
        if self._is_over:
            # Nobody would renew the entry, so it is left to another consumer.
            return
        if delivery.lost:
            event = Lagged(count=delivery.lost) if delivery.lost > 0 else LogReset()
            self._ready.append(self._create(self._latest, event, deliveries=1))
        if delivery.entry is not None:
            self._latest = delivery.entry.id
            entry = self._create(
                self._latest, delivery.entry.event, deliveries=delivery.count
            )
            self._held.add(entry)
            self._ready.append(entry)

    def _create(self, entry_id: str, event: LogEvent, *, deliveries: int) -> GroupEntry:
        return GroupEntry(
            id=entry_id,
            event=event,
            deliveries=deliveries,
            acknowledge=self._acknowledge,
            release=self._release,
        )

    async def _acknowledge(self, entry: GroupEntry) -> None:
        # What is told in the place of entries is not held, and does not come again.
        while entry in self._held:
            try:
                await self._server.acknowledge(entry.id)
            except SharedStoreError as error:
                await self._outage.wait(error)
            else:
                return

    def _release(self, entry: GroupEntry) -> None:
        self._held.discard(entry)
        self._stop_renewing()

    async def renew(self) -> None:
        """Keep the entries that are being handled from other consumers."""
        ids = [entry.id for entry in self._held]
        try:
            if ids:
                await self._server.renew(ids)
        except SharedStoreError as error:
            self._outage.begin(error)

    def _end(self) -> None:
        super()._end()
        self._stop_renewing()

    def _stop_renewing(self) -> None:
        """Stop once consuming is over, and the last entry is out of its block."""
        if self._is_over and not self._held and self._renewal is not None:
            self._renewal.cancel()


async def _renew_forever(consumer: ref[GroupConsumer], pause: float) -> None:
    """Renew what a consumer holds, for as long as there is one."""
    # It is cancelled when the consumer is dropped.
    while (found := consumer()) is not None:  # pragma: no branch
        await found.renew()
        del found
        await asyncio.sleep(pause)
