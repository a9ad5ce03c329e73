"""Many accounts as one: their clients, and what is asked of all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Final, NoReturn, Self, TypeVar, Unpack

from gradient_async.accounts.account import Account
from gradient_async.accounts.account_changes import AccountChanges
from gradient_async.accounts.account_client import AccountClient, SharedParts
from gradient_async.accounts.accounts_file import read_accounts_file
from gradient_async.accounts.checkpoints import Checkpoints
from gradient_async.accounts.doctl import read_doctl_config
from gradient_async.accounts.environment import read_environment
from gradient_async.accounts.lane import name_account
from gradient_async.accounts.list_stream import AccountStream, ListSource
from gradient_async.accounts.merged_stream import StreamOptions
from gradient_async.accounts.options import (
    AccountsOptions,
    Selection,
    ViewOptions,
    open_transport,
)
from gradient_async.accounts.order import Order
from gradient_async.accounts.pacers import Pacers
from gradient_async.accounts.positions import StreamPosition
from gradient_async.accounts.reactions import OnError, Reaction, check_reaction
from gradient_async.accounts.registry import (
    HiddenAccount,
    Registry,
    hide_token,
    unknown_account,
)
from gradient_async.accounts.reports import Health
from gradient_async.accounts.results import AccountResults, call_each
from gradient_async.changes import Checkpoint, Feed, FeedOptions
from gradient_async.checks import check_instance, check_int, check_seconds, require_list
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Paginator
from gradient_async.paging.page import MAX_PER_PAGE
from gradient_async.resources.job_calls import LIST, PolledJobCalls
from gradient_async.resources.job_filter import JobFilters, freeze_filters
from gradient_async.settings import ClientSettings, find_base_url, hide_proxy
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.credentials import Credentials, Token
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.session import ClientSession
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.wire import Transport

T = TypeVar("T")

PREFETCH: Final = 1
"""Default number of pages requested at a time from each account."""


class Accounts(Mapping[str, Client]):
    """
    Many accounts as one: a live mapping of names to clients.

        async with Accounts({"acme": "dop_v1_...", "globex": get_token}) as accounts:
            async for account, job in accounts.iter_indexing_jobs():
                print(account, job.uuid, job.status)
            base = await accounts["acme"].knowledge_bases.get(uuid)

    All clients share connections and the cap on concurrency. Each account has its own
    token, rate limit and retry quota, so that none can use up another's or fail in its
    place; two names with one token share its rate limit. Clients and connections are
    opened when first used. Unclosed accounts emit a `ResourceWarning`.

    Args:
        accounts: The accounts by name: an `Account`, or just its token.
        timeout: Seconds for each call, see `Client`; 60 by default.
        retry: Retry policy of each account; 4 attempts by default.
        rate_limit: Rate limit of each token; 250 requests a minute and 5,000 an hour
            by default.
        max_concurrency: Maximum number of requests in flight over all accounts, 64 by
            default.
        per_account_concurrency: The same for each account, 16 by default.
        refused_for: Seconds, 300 by default, for which a token that the API refused
            (401) is not sent again: calls fail at once with the same error.
        on_attempt: Function called after each attempt with an `Attempt`.
        session: An `aiohttp.ClientSession` to use instead of opening one; it must not
            keep cookies, which accounts would share. It is never closed.
        proxy: URL of an HTTP proxy; None means no proxy.
        base_url: Base URL of accounts that have none of their own; None means the
            environment's, see `Client`.
        transport: Transport to use instead of an own one; it is never closed.

    Raises:
        ConfigurationError: An argument is invalid. Nothing was opened or sent.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account | Token],
        *,
        timeout: float = 60.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008  (frozen)
        rate_limit: RateLimit = RateLimit(),  # noqa: B008  (frozen)
        max_concurrency: int = 64,
        per_account_concurrency: int = 16,
        refused_for: float = 300.0,
        on_attempt: OnAttempt | None = None,
        session: ClientSession | None = None,
        proxy: str | None = None,
        base_url: str | None = None,
        transport: Transport | None = None,
    ) -> None:
        hidden = _hide_tokens(accounts)
        hidden_proxy = hide_proxy(proxy)
        # Tracebacks of the errors below may show the variables of this frame.
        del accounts, proxy
        if hidden is None:
            msg = "accounts must be a mapping of names to accounts or tokens"
            raise ConfigurationError(msg)
        settings = ClientSettings(
            account="",
            # A stand-in that is never called: each account has its own.
            credentials=Credentials(str),
            base_url=find_base_url(base_url),
            timeout=timeout,
            retry=retry,
            rate_limit=rate_limit,
            max_concurrency=per_account_concurrency,
            converter=None,
            on_attempt=on_attempt,
        )
        check_int("max_concurrency", max_concurrency, minimum=1)
        check_seconds("refused_for", refused_for)
        used, own = open_transport(transport, session=session, proxy=hidden_proxy)
        shared = SharedParts(
            settings=settings,
            transport=used,
            gate=asyncio.Semaphore(max_concurrency),
            pacers=Pacers(settings.rate_limit),
            refused_for=refused_for,
            lifetime=Lifetime(own, owner="Accounts"),
        )
        self._registry = Registry(shared)
        self._selection = Selection()
        self._options: ViewOptions | None = None
        self._is_view = False
        for name, account in hidden.items():
            self._registry.add(name, account)

    @classmethod
    def from_env(cls, **options: Unpack[AccountsOptions]) -> Self:
        """
        Return the accounts whose tokens are in the environment.

        `DIGITALOCEAN_ACCESS_TOKEN_PROD` is the account `prod`, and
        `DIGITALOCEAN_ACCESS_TOKEN` the account `default`.

        Raises:
            ConfigurationError: There is none, or an option is invalid.
        """
        return cls(read_environment(), **options)

    @classmethod
    def from_file(
        cls, path: str | PathLike[str], **options: Unpack[AccountsOptions]
    ) -> Self:
        """
        Return the accounts that a TOML file describes; it is read at once.

        Raises:
            ConfigurationError: The file or an option is invalid.
        """
        return cls(read_accounts_file(path), **options)

    @classmethod
    def from_doctl(
        cls,
        path: str | PathLike[str] | None = None,
        **options: Unpack[AccountsOptions],
    ) -> Self:
        """
        Return the accounts that doctl knows; its configuration is read at once.

        Args:
            path: Path of doctl's `config.yaml`; None means where doctl keeps it.
            **options: See the class.

        Raises:
            ConfigurationError: The file or an option is invalid.
        """
        return cls(read_doctl_config(path), **options)

    def __getitem__(self, name: str) -> Client:
        """
        Return the client of an account.

        Raises:
            UnknownAccountError: There is no such account; a KeyError, too.
        """
        if not self._has(name):
            raise unknown_account(name)
        return self._client(name)

    def _client(self, name: str) -> AccountClient:
        client = self._registry.client(name)
        return client if self._options is None else self._options.apply(client)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return (name for name in tuple(self._registry) if self._has(name))

    def __len__(self) -> int:
        """Return the number of accounts."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Return whether there is an account of this name."""
        return self._has(name)

    def _has(self, name: object) -> bool:
        if not isinstance(name, str) or name not in self._registry:
            return False
        return self._selection.has(name, self._registry.account(name))

    def add(self, name: str, account: Account | Token) -> None:
        """
        Add an account; streams that have begun do not have it.

        Raises:
            ClientClosedError: The accounts were closed.
            ConfigurationError: The name is taken or invalid, or the account is.
        """
        hidden = hide_token(account)
        del account
        self._registry.add(name, hidden)

    async def remove(self, name: str, *, drain: bool = True) -> None:
        """
        Remove an account at once, then end its client.

        Its calls raise `ClientClosedError` from now on.

        Args:
            name: Name of the account.
            drain: Whether to wait for calls in progress; otherwise they are ended.

        Raises:
            UnknownAccountError: There is no such account.
        """
        await self._registry.remove(name, drain=drain)

    def replace(self, name: str, account: Account | Token) -> None:
        """
        Replace the token of an account, from the next attempt on.

        Tags are replaced, too, if the new account has any.

        Raises:
            UnknownAccountError: There is no such account.
            ConfigurationError: The account is invalid, or has another base URL.
        """
        hidden = hide_token(account)
        del account
        self._registry.replace(name, hidden)

    def select(
        self, *, names: Iterable[str] | None = None, tags: Iterable[str] | None = None
    ) -> Self:
        """
        Return a live view of some accounts.

        Args:
            names: Only the accounts of these names; None means any.
            tags: Only accounts with at least one of these tags; None means any.

        Raises:
            ConfigurationError: There is no account of one of the names.
        """
        if names is not None:
            names = require_list("names", names, "names")
            self._check_names(names)
        if tags is not None:
            tags = require_list("tags", tags, "tags")
        return self._view(_selection=self._selection.narrow(names, tags))

    def _check_names(self, names: Iterable[str]) -> None:
        unknown = [name for name in names if name not in self]
        if unknown:
            msg = f"no account named {unknown[0]!r}; there are: {', '.join(self)}"
            raise ConfigurationError(msg)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """
        Return a live view whose clients have other options.

            await accounts.with_options(timeout=5).map(lambda it: it.regions.list())

        Args:
            timeout: Seconds for each call; None means as before.
            retry: Retry policy; None means as before.
            headers: Headers to send besides those sent before; None adds none.

        Raises:
            ConfigurationError: An option is invalid, see `Client.with_options`.
        """
        options = (self._options or ViewOptions()).add(
            timeout=timeout, retry=retry, headers=headers
        )
        return self._view(_options=options)

    def _view(self, **changes: object) -> Self:
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__, **changes, _is_view=True)
        return view

    def health(self) -> dict[str, Health]:
        """Return what the latest calls of each account found out; sends nothing."""
        return {name: self._registry.health(name) for name in self}

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
                only `start` and `prefetch` are replaced.
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
        clients = {name: self._client(name) for name in self}
        sources = {
            name: ListSource(
                client,
                _build(build, client).reader,
                positions.get(name),
                prefetch=prefetch,
            )
            for name, client in clients.items()
        }
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
        passes = {
            name: client.indexing_jobs.changes(known.get(name), per_page=per_page)
            for name, client in self.items()
        }
        options = StreamOptions(budget=budget, on_error=on_error)
        return AccountChanges(passes, options, known)

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
        feed = Feed(
            self._find_job_calls,
            path=LIST.request().path,
            rate_limit=self._registry.rate_limit,
            count_sharers=lambda name: self._registry.client(name).sharers,
            **options,
        )
        self._registry.watch(feed)
        return feed

    def _find_job_calls(self) -> dict[str, PolledJobCalls]:
        self._registry.check_open()
        return {name: self._client(name).job_calls for name in self}

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
        return await call_each(dict(self), call, on_error=check_reaction(on_error))

    async def aclose(self) -> None:
        """
        Close all clients and their connections; closing again does nothing.

        Calls in progress raise `ClientClosedError`. Closing a view does nothing.
        """
        if not self._is_view:
            await self._registry.aclose()

    async def __aenter__(self) -> Self:
        """Return the accounts, which are closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the accounts."""
        await self.aclose()

    def __repr__(self) -> str:
        """Return the number of accounts, never their tokens."""
        if not hasattr(self, "_registry"):
            # A traceback may show it while its arguments are being checked.
            return "<Accounts, not initialized>"
        return f"<Accounts {len(self)}>"

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: connections and tokens cannot be pickled or copied."""
        msg = "Accounts cannot be pickled or copied; create them where they are needed"
        raise TypeError(msg)

    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            """Raise TypeError that names the async form."""
            msg = "Accounts are asynchronous: use `async with`"
            raise TypeError(msg)

        # Never called; without it, `with` would not get as far as `__enter__`.
        __exit__ = __enter__


def _hide_tokens(accounts: object) -> dict[str, HiddenAccount] | None:
    """Return accounts without visible tokens; None for what is no mapping."""
    if not isinstance(accounts, Mapping):
        return None
    return {name: hide_token(account) for name, account in accounts.items()}


def _build(
    build: Callable[[Client], Paginator[T]], client: AccountClient
) -> Paginator[T]:
    try:
        paginator = build(client)
    except Exception as error:
        name_account(error, client.account)
        raise
    check_instance("the result of `build`", paginator, Paginator)
    return paginator
