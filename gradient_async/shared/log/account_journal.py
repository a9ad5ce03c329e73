"""The part of the log that one account's poller writes."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, cast

import attrs

from gradient_async.changes import AccountEvent, AccountEventKind, Checkpoint, JobEvent
from gradient_async.changes.event_sink import EventSink, KnownState
from gradient_async.errors import (
    ConfigurationError,
    DecodeError,
    LeaseLostError,
    SharedStoreError,
)
from gradient_async.logger import logger
from gradient_async.shared.leases.lease import Lease
from gradient_async.shared.log.event_json import LoggedEvent, decode_event, encode_event
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.outage import Outage
from gradient_async.shared.script import Script
from gradient_async.shared.store import SharedStore, to_text

_APPEND: Final = Script.load(__package__, "append.lua")


@attrs.frozen
class Retention:
    """How much of the log is kept."""

    seconds: float
    """Age of the oldest events."""
    events: int
    """Number of events; some more are kept, as that is much cheaper."""


class AccountJournal(EventSink):
    """
    Appends the events of one account to the log, for as long as its lease lasts.

    It waits while the server is gone. Each batch is written once, however often it is
    sent: the server compares the batch before it.

    Args:
        store: The server.
        keys: The keys of the log.
        lease: The lease of the account.
        retention: How much of the log is kept.
        outage: Where it is recorded that the server is gone.
    """

    def __init__(
        self,
        store: SharedStore,
        keys: LogKeys,
        lease: Lease,
        *,
        retention: Retention,
        outage: Outage,
    ) -> None:
        self._store = store
        self._keys = keys
        self._lease = lease
        self._retention = retention
        self._outage = outage
        self._progress = ""
        # Another journal of the same lease must not take its batches for this one's.
        self._id = secrets.token_hex(8)
        self._count = 0

    async def load(self) -> KnownState:
        """
        Return what was recorded of the account, by whoever had it before.

        Raises:
            LeaseLostError: The lease is over.
            DecodeError: The record is of a later version.
        """
        key = self._keys.account(self._lease.account)
        command = ("HMGET", key, "progress", "checkpoint", "trouble")
        values = await self._send(lambda: self._store.execute(*command))
        progress, checkpoint, trouble = (
            "" if it is None else to_text(it) for it in values
        )
        self._progress = progress
        return KnownState(_decode_checkpoint(checkpoint), _decode_trouble(trouble))

    async def record(
        self, events: Sequence[JobEvent], checkpoint: Checkpoint, /
    ) -> None:
        """
        Append events, and save the checkpoint with them.

        Raises:
            LeaseLostError: The lease is over; nothing was written.
        """
        await self._append(events, checkpoint=checkpoint.to_json())

    async def record_account(self, event: AccountEvent, /) -> None:
        """
        Append an event about the account, and save it for whoever has it next.

        Raises:
            LeaseLostError: The lease is over; nothing was written.
        """
        if event.error is None:
            logger.info("account %s: %s", event.account, event.kind)
        else:
            logger.warning(
                "account %s cannot be polled: %s", event.account, event.error
            )
        await self._append([event], trouble=event.to_json())

    async def _append(
        self, events: Sequence[LoggedEvent], *, checkpoint: str = "", trouble: str = ""
    ) -> None:
        self._count += 1
        progress = f"{self._id}-{self._count}"
        arguments: tuple[str | int, ...] = (
            *(self._lease.account, self._lease.value, self._progress, progress),
            *(checkpoint, trouble),
            *(round(self._retention.seconds * 1000), self._retention.events),
            *(text for event in events for text in _to_entry(event)),
        )
        outcome = await self._send(
            lambda: self._store.run(_APPEND, self._key_names, *arguments)
        )
        self._check_outcome([to_text(it) for it in outcome])
        self._progress = progress

    async def _send(self, send: Callable[[], Awaitable[object]]) -> list[object]:
        """Send a command until the server responds, or the lease is over."""
        response = None
        while response is None:
            self._lease.check()
            try:
                response = await send()
            except SharedStoreError as error:
                await self._outage.wait(error)
        self._outage.end()
        return cast("list[object]", response)

    @property
    def _key_names(self) -> list[str]:
        keys = self._keys
        return [keys.leases, keys.account(self._lease.account), keys.events, keys.last]

    def _check_outcome(self, outcome: Sequence[str]) -> None:
        if outcome[0] in {"fenced", "outdated"}:
            self._lease.end()
            msg = f"the server refused to append events: {' '.join(outcome)}"
            logger.warning("account %s: %s", self._lease.account, msg)
            raise LeaseLostError(msg, account=self._lease.account)


def _to_entry(event: LoggedEvent) -> tuple[str, str, str]:
    key = event.key if isinstance(event, JobEvent) else ""
    return key, str(event.kind), encode_event(event)


def _decode_checkpoint(content: str) -> Checkpoint | None:
    if not content:
        return None
    try:
        return Checkpoint.from_json(content)
    except ConfigurationError as error:
        raise DecodeError(error.message) from None


def _decode_trouble(content: str) -> AccountEvent | None:
    """Return the latest event about the account, unless it has recovered."""
    if not content:
        return None
    event = decode_event(AccountEventKind.TROUBLE, content)
    is_trouble = event.kind is AccountEventKind.TROUBLE
    return event if is_trouble and isinstance(event, AccountEvent) else None
