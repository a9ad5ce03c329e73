"""What happens in all accounts, in one log that processes share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Final

from gradient_async.accounts import Accounts, UnknownAccountError
from gradient_async.changes.account_poller import AccountPoller
from gradient_async.changes.feed_pace import FeedPace
from gradient_async.changes.source import PolledAccounts, PollSource
from gradient_async.checks import (
    check_instance,
    check_int,
    check_seconds,
    require_nonempty_str,
)
from gradient_async.errors import ClientClosedError, DecodeError
from gradient_async.logger import logger
from gradient_async.shared.leases.account_leases import AccountLeases
from gradient_async.shared.leases.lease import Lease, create_name
from gradient_async.shared.log.account_journal import AccountJournal, Retention
from gradient_async.shared.log.entry import LogEntry, LogPosition
from gradient_async.shared.log.group import EventGroup, GroupConsumer
from gradient_async.shared.log.group_server import GroupServer
from gradient_async.shared.log.history import read_history
from gradient_async.shared.log.leased_source import LeasedSource
from gradient_async.shared.log.listener import LogListener
from gradient_async.shared.log.reader import LogReader
from gradient_async.shared.log.tail import LogTail
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.outage import Outage
from gradient_async.shared.store import SharedStore
from gradient_async.transport.sliding_log import RateLimit

_WEEK: Final = 7 * 24 * 3600.0

_NO_ACCOUNTS: Final = PolledAccounts(dict, "", RateLimit())


class SharedFeed:
    """
    What happens to the indexing jobs, in one log for any number of processes.

        feed = SharedFeed(store, accounts)
        await feed.run()                            # in the processes that poll

        async for entry in SharedFeed(store).listen():    # in any process
            print(entry.id, entry.event.kind)

    The processes that `run` share the accounts, see `AccountLeases`. Each event is in
    the log once, in order within its account, whichever process found it: with the
    events, the server saves what is known by them, and only from the process whose
    lease of the account is the latest.

    While the server is gone, nothing is polled longer than the leases last, and
    listeners wait. Nothing is lost: polling goes on from what was saved.

    Args:
        store: The server that the processes share.
        accounts: The accounts to poll, or a view of some; None only to listen.
        log: Name of the log.
        lease_seconds: See `AccountLeases`, 15 by default.
        keep_seconds: Age at which events are removed from the log; 7 days by default.
        keep_events: Maximum number of events in the log, above which the oldest are
            removed, in blocks, so that there may be a few more; 100,000 by default.
        interval: See `FeedOptions`, like the following ones; 2 by default.
        idle_interval: 30 by default.
        share: A quarter by default.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        store: SharedStore,
        accounts: Accounts | None = None,
        *,
        log: str = "main",
        lease_seconds: float = 15.0,
        keep_seconds: float = _WEEK,
        keep_events: int = 100_000,
        interval: float = 2.0,
        idle_interval: float = 30.0,
        share: float = 0.25,
    ) -> None:
        check_instance("store", store, SharedStore)
        check_instance("accounts", accounts, Accounts | None)
        check_seconds("keep_seconds", keep_seconds)
        check_int("keep_events", keep_events, minimum=1)
        self._store = store
        self._keys = LogKeys(store.namespace, log)
        self._retention = Retention(keep_seconds, keep_events)
        self._accounts = _NO_ACCOUNTS if accounts is None else accounts.polled
        self._pace = FeedPace(
            rate_limit=self._accounts.rate_limit,
            interval=interval,
            idle_interval=idle_interval,
            share=share,
        )
        # Finding them takes long if there are many.
        self._sources: Mapping[str, Callable[[], PollSource]] = {}
        self._leases = AccountLeases(
            store, self._find_names, log=log, lease_seconds=lease_seconds
        )
        self._unreadable = set[str]()
        self._writing = Outage(
            "events are written when it is back", "events are written"
        )
        self._reading = Outage("listeners wait until it is back", "listeners go on")
        self._reader = LogReader(store, self._keys)
        self._tail = LogTail(self._reader, self._reading)

    @property
    def leases(self) -> AccountLeases:
        """The leases of the accounts that this process polls."""
        return self._leases

    async def run(self) -> None:
        """
        Poll the accounts that fall to this process, until this is cancelled.

        Raises:
            ConfigurationError: It runs already.
            ClientClosedError: The accounts were closed.
        """
        await self._leases.run(self._poll)

    def listen(
        self, *, since: str | None = None, heartbeat: float | None = None
    ) -> LogListener:
        """
        Return an iterator over the entries of the log.

        All listeners see all entries. Those of a process read the end of the log over
        one connection; a slow one reads from the server again.

        Entries that are gone are told: as `Lagged` if they were removed because of
        their age or number, as `LogReset` if the server has lost its data.

        Args:
            since: The `id` of the entry after which to begin, such as a browser's
                `Last-Event-ID`; `"0-0"` begins with the oldest that is kept, None, the
                default, with what happens from now on.
            heartbeat: Seconds without an entry after which None is yielded; None, the
                default, never yields None.

        Raises:
            ConfigurationError: `since` is no such id, or `heartbeat` not above 0.
        """
        check_instance("since", since, str | None)
        if heartbeat is not None:
            check_seconds("heartbeat", heartbeat)
        return LogListener(
            self._reader,
            self._tail,
            self._reading,
            since=None if since is None else LogPosition.parse(since),
            heartbeat=heartbeat,
        )

    def history(self, *, since: str = "0-0") -> AsyncIterator[LogEntry]:
        """
        Iterate over the entries up to the latest one there is when it begins.

        Entries that are gone are told as by `listen`. Requests are sent while
        iterating, one for each 200 entries.

        Args:
            since: The `id` of the entry after which to begin; by default, with the
                oldest that is kept.

        Raises:
            ConfigurationError: `since` is no such id.
            SharedStoreError: While iterating: the server did not respond.
        """
        check_instance("since", since, str)
        return read_history(self._reader, LogPosition.parse(since))

    def group(
        self, name: str, *, since: str | None = None, retry_after: float = 60.0
    ) -> EventGroup:
        """
        Return a group of consumers that share the entries of the log.

        Args:
            name: Name of the group, the same in all processes.
            since: Where the group begins if there is none of this name: see `listen`.
            retry_after: Seconds after which an entry comes again that its consumer has
                left, at least 0.1 and 60 by default. As long as its process lives, an
                entry that is being handled stays with its consumer, however long that
                takes.

        Raises:
            ConfigurationError: An argument is invalid.
        """
        require_nonempty_str("name", name)
        check_instance("since", since, str | None)
        check_seconds("retry_after", retry_after, minimum=0.1)
        start = None if since is None else LogPosition.parse(since)
        return EventGroup(name, lambda: self._open_consumer(name, start, retry_after))

    def _open_consumer(
        self, group: str, since: LogPosition | None, retry_after: float
    ) -> GroupConsumer:
        server = GroupServer(
            self._store,
            self._keys,
            group=group,
            consumer=create_name(),
            retry_after=retry_after,
        )
        return GroupConsumer(
            server, self._tail, self._reading, since=since, retry_after=retry_after
        )

    async def _poll(self, lease: Lease) -> None:
        """Poll an account for as long as its lease lasts, or it is there."""
        try:
            await self._create_poller(lease).run(
                self._pace, lambda: self._accounts.count_sharers(lease.account)
            )
        except (ClientClosedError, UnknownAccountError):
            # It raises if all accounts were closed, not if this one was removed.
            self._accounts.find_sources()
        except DecodeError as error:
            self._warn_unreadable(lease.account, error)

    def _warn_unreadable(self, account: str, error: DecodeError) -> None:
        """Log once that an account is not polled; its lease is given up meanwhile."""
        if account not in self._unreadable:
            self._unreadable.add(account)
            msg = "account %s is not polled: what is recorded of it is unreadable: %s"
            logger.warning(msg, account, error.message)

    def _find_names(self) -> Iterable[str]:
        self._sources = self._accounts.find_sources()
        return self._sources

    def _create_poller(self, lease: Lease) -> AccountPoller:
        source = LeasedSource(self._sources[lease.account](), lease)
        journal = AccountJournal(
            self._store,
            self._keys,
            lease,
            retention=self._retention,
            outage=self._writing,
        )
        return AccountPoller(
            lease.account, source, path=self._accounts.path, sink=journal
        )
