"""What is asked of all accounts at once: lists, changes, a feed, one call each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import islice
from typing import Final, TypeVar, Unpack

from gradient_async.accounts.account_changes import AccountChanges, PassSource
from gradient_async.accounts.account_client import AccountClient
from gradient_async.accounts.checkpoints import Checkpoints
from gradient_async.accounts.lane import name_account
from gradient_async.accounts.list_stream import AccountStream, ListSource
from gradient_async.accounts.merge import Order
from gradient_async.accounts.merged_stream import StreamOptions
from gradient_async.accounts.positions import StreamPosition
from gradient_async.accounts.reactions import OnError, Reaction, check_reaction
from gradient_async.accounts.results import AccountResults, call_each
from gradient_async.accounts.view import AccountsView
from gradient_async.changes import Checkpoint, Feed, FeedOptions
from gradient_async.changes.source import PolledAccounts
from gradient_async.checks import check_instance
from gradient_async.client import Client
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Paginator
from gradient_async.paging.page import MAX_PER_PAGE
from gradient_async.resources.job_calls import PATH, PolledJobCalls
from gradient_async.resources.job_filter import JobFilters, freeze_filters

T = TypeVar("T")

PREFETCH: Final = 1
"""Default number of pages requested at a time from each account."""


class FanOut(AccountsView):
    """Everything that is asked of all accounts of a view at once."""

    def iter_indexing_jobs(
        self,
        *,
        order: Order = "arrival",
        max_items: int | None = None,
        budget: float | None = None,
        on_error: OnError = "finish",
        start: StreamPosition | None = None,
        per_page: int | None = None,
        prefetch: int = PREFETCH,
        **filters: Unpack[JobFilters],
    ) -> AccountStream[IndexingJob]:
        """
        Iterate over the indexing jobs of all accounts, as pairs of account and job.

        Args:
            order: `"arrival"` yields pages in turns as they arrive; `"newest"` merges
                the lists by `created_at` and reads no page that it does not need.
            max_items: Number of jobs over all accounts; None means all.
            budget: Seconds from the first request until nothing more is fetched. That
                is no error: accounts that were not read by then are `unfinished` in
                the reports. None has no limit.
            on_error: What to do when an account fails: `"finish"` reads the others and
                raises `AccountsError`, `"raise"` raises at once, `"collect"` only
                reports it; or a function that decides.
            start: Position of an earlier stream; None means the beginning.
            per_page: Jobs per page; None means 200, the maximum.
            prefetch: Number of pages to request at a time from each account; 1.
            **filters: Which jobs to yield, see `JobFilters`.

        Raises:
            ConfigurationError: An argument is invalid.
        """
        # They may be iterators, and serve several lists.
        filters = freeze_filters(filters)

        def build(client: Client) -> Paginator[IndexingJob]:
            return client.iter_indexing_jobs(per_page=per_page, **filters)

        return self.stream(
            build,
            order=order,
            max_items=max_items,
            budget=budget,
            on_error=on_error,
            start=start,
            prefetch=prefetch,
        )

    def stream(
        self,
        build: Callable[[Client], Paginator[T]],
        *,
        order: Order = "arrival",
        max_items: int | None = None,
        budget: float | None = None,
        on_error: OnError = "finish",
        start: StreamPosition | None = None,
        prefetch: int = PREFETCH,
    ) -> AccountStream[T]:
        """
        Iterate over any list of all accounts, as pairs of account and item.

            accounts.stream(lambda client: client.knowledge_bases.list())

        Args:
            build: Function that returns the paginator of an account's client, of which
                only `start` and `prefetch` are replaced. It is called for the first
                account at once, and for each other one when its turn comes.
            order: See `iter_indexing_jobs`, like the following ones.
            max_items: Number of items over all accounts.
            budget: Seconds until nothing more is fetched.
            on_error: What to do when an account fails.
            start: Position of an earlier stream.
            prefetch: Number of pages to request at a time from each account; 1.

        Raises:
            ConfigurationError: An argument is invalid.
        """
        options = StreamOptions(
            order=order, max_items=max_items, budget=budget, on_error=on_error
        )
        check_instance("start", start, StreamPosition | None)
        positions = {} if start is None else start.accounts
        sources = {
            name: ListSource(it, build, positions.get(name), prefetch=prefetch)
            for name, it in self._openers().items()
        }
        _open_first(sources)
        return AccountStream(sources, options)

    def changes(
        self,
        since: Mapping[str, Checkpoint] | None = None,
        *,
        budget: float | None = None,
        on_error: OnError = "finish",
        per_page: int = MAX_PER_PAGE,
    ) -> AccountChanges:
        """
        Iterate over what changed in all accounts since checkpoints.

        See `client.indexing_jobs.changes`, which does so for one account. Save the
        iterator's `checkpoints` at any time, and pass them to the next one.

        Args:
            since: What is known of each account, such as `Checkpoints`; nothing is
                known of accounts that are missing. Checkpoints of accounts that are not
                here stay in the iterator's `checkpoints`.
            budget: See `iter_indexing_jobs`, like `on_error`.
            on_error: What to do when an account fails.
            per_page: Jobs per request, 1 to 200; 200 by default.

        Raises:
            ConfigurationError: An argument is invalid.
        """
        check_instance("since", since, Mapping | None)
        known = Checkpoints({} if since is None else since)
        options = StreamOptions(budget=budget, on_error=on_error)
        sources = {
            name: PassSource(name, it, known.get(name, Checkpoint()), per_page=per_page)
            for name, it in self._openers().items()
        }
        _open_first(sources)
        return AccountChanges(sources, options, known)

    def feed(self, **options: Unpack[FeedOptions]) -> Feed:
        """
        Return a feed of what happens in all accounts, for any number of listeners.

        Nothing is sent before somebody listens. Accounts that are added or removed
        meanwhile join and leave. One feed can serve a whole program; each further one
        polls on its own.

        Args:
            **options: How often to poll each account, see `FeedOptions`.

        Raises:
            ConfigurationError: An option is invalid.
        """
        feed = Feed(self.polled, **options)
        self._registry.watch(feed)
        return feed

    @property
    def polled(self) -> PolledAccounts:
        """What a feed polls."""
        return PolledAccounts(
            self._find_job_calls,
            path=PATH,
            rate_limit=self._registry.rate_limit,
            count_sharers=lambda name: self._registry[name].client.sharers,
        )

    def _find_job_calls(self) -> dict[str, Callable[[], PolledJobCalls]]:
        self._registry.check_open()

        def open_calls(opener: Callable[[], AccountClient]) -> PolledJobCalls:
            return opener().job_calls

        return {name: partial(open_calls, it) for name, it in self._openers().items()}

    async def map(
        self,
        call: Callable[[Client], Awaitable[T]],
        *,
        on_error: Reaction = "finish",
    ) -> AccountResults[T]:
        """
        Make one call per account, all at once, and return the results by name.

            await accounts.map(lambda client: client.regions.list())

        Args:
            call: Function that makes the call with an account's client.
            on_error: See `iter_indexing_jobs`. With `"collect"`, the results have the
                `errors`.

        Raises:
            AccountsError: Accounts have failed; it has the results of the others.
            GradientError: An account has failed, and `on_error` is `"raise"`.
        """
        return await call_each(self._openers(), call, on_error=check_reaction(on_error))


def _open_first(sources: Mapping[str, ListSource[T] | PassSource]) -> None:
    """Open the first source: an argument that is wrong is wrong for all."""
    for name, source in islice(sources.items(), 1):
        try:
            source.open()
        except Exception as error:
            name_account(error, name)
            raise
