"""The client of one account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, NoReturn, Self, Unpack

import attrs

from gradient_async import resources
from gradient_async.asynchronous import AsyncCloseable
from gradient_async.checks import check_instance, check_int
from gradient_async.codec import JSON, Codec
from gradient_async.errors import ConfigurationError
from gradient_async.foreign_names import find_attribute
from gradient_async.settings import (
    ClientSettings,
    check_proxy,
    check_retrieval_url,
    find_base_url,
    find_credentials,
    find_retrieval_url,
    hide_proxy,
)
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.attempt_handler import AttemptHandler
from gradient_async.transport.call import OnCall
from gradient_async.transport.calls import Caller, Gate
from gradient_async.transport.credentials import Secret, Token
from gradient_async.transport.endpoint import QueryValue, build_raw_request
from gradient_async.transport.extra_headers import check_headers
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.pacing import (
    LatestPacing,
    Pacer,
    Pacing,
    PacingFactory,
    choose_limit,
)
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.session import (
    MAX_RESPONSE_BYTES,
    AiohttpTransport,
    ClientSession,
    TraceConfig,
)
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.token_status import RateLimitStatus, TokenStatus
from gradient_async.transport.wire import Transport

if TYPE_CHECKING:
    from cattrs import Converter

    from gradient_async.changes import Feed, FeedOptions
    from gradient_async.models.indexing_jobs import IndexingJob
    from gradient_async.paging import Paginator, Paging
    from gradient_async.resources.job_filter import JobListOptions


class Client(AsyncCloseable):
    """
    Client for one account.

        async with Client() as client:
            async for job in client.iter_indexing_jobs():
                print(job.uuid, job.status)

    Many tasks of one event loop may use it at once. It opens connections with the
    first request; `async with`, or `await client.aclose()`, closes them. An unclosed
    client emits a `ResourceWarning`.

    The token comes from the first of:

    1. `token`, a string or a function, sync or async, that is called before each
       attempt and returns the current one;
    2. the environment variable `DIGITALOCEAN_ACCESS_TOKEN`;
    3. the environment variable `DIGITALOCEAN_TOKEN`.

    Args:
        token: See above; None means the environment's.
        account: Name of the account, which errors, attempts and log records carry;
            empty by default.
        base_url: Base URL of the API; None means `DIGITALOCEAN_API_URL`, or else
            https://api.digitalocean.com. Must be https, except for loopback addresses.
        retrieval_url: Base URL of the host that searches knowledge bases, under the
            same conditions; None means https://kbaas.do-ai.run, or `base_url` if that
            is not the default.
        timeout: Seconds for each call as a whole, 60 by default: waiting for a slot,
            connecting, the response, retries and the waits between them. An attempt
            also ends if the server is silent for 30 seconds.
        retry: Retry policy; 4 attempts by default.
        rate_limit: Rate limit of the token; 250 requests a minute and 5,000 an hour
            by default, `RateLimit(None)` for no pacing.
        pacing: What keeps to the rate limit instead of a `Pacer` for `rate_limit`;
            clients of one token can share one. A `PacingFactory`, such as
            `SharedPacing`, has one for each token.
        max_concurrency: Maximum number of this client's requests in flight, 16 by
            default.
        gate: An async context manager that each request holds while it is in flight,
            such as an `asyncio.Semaphore` that several clients share; None means none.
        max_response_bytes: Maximum size of a decompressed response body, 32 MiB by
            default.
        session: An `aiohttp.ClientSession` to use instead of opening one. The client
            never closes it, and its middlewares do not run. Cookies and proxy
            variables are up to the session.
        proxy: URL of an HTTP proxy; None means no proxy, even if the environment sets
            one.
        converter: A cattrs converter for responses, see `codec.make_converter`; None
            means the built-in one, which is faster.
        on_attempt: Function called after each attempt with an `Attempt`.
        on_call: Function called with a `Call` at the start of each call; it returns a
            context manager that is entered around the call, such as a span.
        trace_configs: aiohttp's tracing hooks for the client's own session. Unlike
            everything here, they see the request's headers, including the token.
        transport: Transport to use instead of an own one; clients can share one, such
            as an `AiohttpTransport`. The client never closes it.

    Raises:
        ConfigurationError: An argument is invalid. Nothing was opened or sent.
    """

    # Arguments that hold secrets are deleted as soon as they are converted: tracebacks
    # of later errors may show the variables of these frames.

    def __init__(
        self,
        token: Token | None = None,
        *,
        account: str = "",
        base_url: str | None = None,
        retrieval_url: str | None = None,
        timeout: float = 60.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008  (frozen)
        rate_limit: RateLimit = RateLimit(),  # noqa: B008  (frozen)
        pacing: Pacing | PacingFactory | None = None,
        max_concurrency: int = 16,
        gate: Gate | None = None,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        session: ClientSession | None = None,
        proxy: str | None = None,
        converter: Converter | None = None,
        on_attempt: OnAttempt | None = None,
        on_call: OnCall | None = None,
        trace_configs: Sequence[TraceConfig] = (),
        transport: Transport | None = None,
    ) -> None:
        credentials = find_credentials(token)
        del token
        hidden_proxy = hide_proxy(proxy)
        del proxy
        # None comes first, below as well: protocols are slow to check.
        check_instance("pacing", pacing, None | Pacing | PacingFactory)
        self._settings = settings = ClientSettings(
            account=account,
            credentials=credentials,
            base_url=find_base_url(base_url),
            timeout=timeout,
            retry=retry,
            rate_limit=choose_limit(rate_limit, pacing),
            max_concurrency=max_concurrency,
            converter=converter,
            on_attempt=on_attempt,
            on_call=on_call,
            retrieval_url=check_retrieval_url(retrieval_url),
        )
        check_proxy(hidden_proxy)
        check_int("max_response_bytes", max_response_bytes, minimum=1)
        check_instance("session", session, ClientSession | None)
        check_instance("transport", transport, None | Transport)
        check_instance("gate", gate, None | AbstractAsyncContextManager)
        has_proxy = hidden_proxy is not None
        if transport is not None and (
            session is not None or has_proxy or trace_configs
        ):
            msg = "transport= excludes session=, proxy= and trace_configs="
            raise ConfigurationError(msg)
        own_transport = None
        if transport is None:
            transport = own_transport = AiohttpTransport(
                session=session,
                proxy=hidden_proxy.reveal() if hidden_proxy else None,
                trace_configs=trace_configs,
                max_response_bytes=max_response_bytes,
            )
        self._is_view = False
        self._caller = create_caller(
            settings,
            transport=transport,
            find_pacing=_create_find_pacing(pacing, settings),
            shared_gate=nullcontext() if gate is None else gate,
            lifetime=Lifetime(own_transport),
            token_status=TokenStatus(),
        )

    @property
    def account(self) -> str:
        """Name of the account; empty without one."""
        return self._settings.account

    @property
    def rate_limit(self) -> RateLimitStatus | None:
        """What the latest response says about the rate limit; None before one."""
        return self._caller.token_status.rate_limit

    @property
    def indexing_jobs(self) -> resources.IndexingJobs:
        """Indexing jobs: list, start and cancel them, and wait for them."""
        return resources.IndexingJobs(self._caller)

    @property
    def knowledge_bases(self) -> resources.KnowledgeBases:
        """Knowledge bases: list, create, update, delete and search them."""
        return resources.KnowledgeBases(self._caller)

    @property
    def data_sources(self) -> resources.DataSources:
        """Data sources of knowledge bases: list, add, update and delete; uploads."""
        return resources.DataSources(self._caller)

    @property
    def scheduled_indexing(self) -> resources.ScheduledIndexings:
        """Schedules by which knowledge bases are indexed."""
        return resources.ScheduledIndexings(self._caller)

    @property
    def regions(self) -> resources.Regions:
        """Regions of the platform."""
        return resources.Regions(self._caller)

    @property
    def models(self) -> resources.Models:
        """Models of the platform."""
        return resources.Models(self._caller)

    @property
    def model_catalog(self) -> resources.ModelCatalog:
        """Catalogue of the models, with prices."""
        return resources.ModelCatalog(self._caller)

    @property
    def model_routers(self) -> resources.ModelRouters:
        """Model routers of the account."""
        return resources.ModelRouters(self._caller)

    def iter_indexing_jobs(
        self, **options: Unpack[JobListOptions]
    ) -> Paginator[IndexingJob]:
        """
        Iterate over the account's indexing jobs, newest first, across all pages.

        The same as `client.indexing_jobs.list(...)`, whose arguments it takes.
        """
        return self.indexing_jobs.list(**options)

    def feed(self, **options: Unpack[FeedOptions]) -> Feed:
        """
        Return a feed of what happens to the indexing jobs, for many listeners.

        The same as `client.indexing_jobs.feed(...)`, whose arguments it takes.
        """
        return self.indexing_jobs.feed(**options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, QueryValue] | None = None,
        json: JSON = None,
    ) -> JSON:
        """
        Call an endpoint that has no method of its own, and return the decoded JSON.

        Deadline, pacing and retries are those of every call: GET, HEAD, PUT, DELETE
        and OPTIONS are retried after a transient failure, other methods only if the
        request certainly had no effect.

        Args:
            method: HTTP method.
            path: Path below the base URL, percent-encoded where necessary, such as
                `/v2/gen-ai/agents`; without a query.
            params: Query parameters, not encoded; True is sent as `true`, and a list
                repeats its name: `{"usecases": ["a", "b"]}`.
            json: Body to send as JSON; None sends none.

        Returns:
            The response as plain JSON values; None for an empty body.

        Raises:
            ConfigurationError: An argument is invalid; nothing was sent.
            OutcomeUnknownError: The response to a request that is not safe to repeat
                was lost.
            GradientError: Any other failure of the call.
        """
        request = build_raw_request(method, path, params=params, json=json)
        del json
        return await self._caller.call_json(request)

    def paginate(
        self,
        path: str,
        key: str | None = None,
        *,
        params: Mapping[str, QueryValue] | None = None,
        size_parameter: str = "per_page",
        **paging: Unpack[Paging],
    ) -> Paginator[Mapping[str, JSON]]:
        """
        Iterate over a list that has no method of its own, as plain JSON objects.

            async for agent in client.paginate("/v2/gen-ai/agents"): ...

        The objects have every member that the server sent. They are told apart by
        their `uuid`, or else their `id`, or else by all that they have.

        Args:
            path: Path of the list, see `request`.
            key: Name of the member with the items, such as `agents`; None takes the
                only list in the response.
            params: Query parameters besides those for the page, see `request`.
            size_parameter: Name of the query parameter for the number of items per
                page; `limit` for the catalogue of models.
            **paging: Options of every list, see `Paging`.

        Raises:
            ConfigurationError: An argument is invalid; nothing was sent.
        """
        request = build_raw_request("GET", path, params=params, json=None)
        return resources.paginate_json(
            self._caller, request, key=key, size_parameter=size_parameter, **paging
        )

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """
        Return a view of this client whose calls have other options.

            await client.with_options(timeout=5).indexing_jobs.get(uuid)

        It shares everything else: connections, rate limit, concurrency and the quota
        for retries. It takes microseconds to make, and closing it does nothing.

        Args:
            timeout: Seconds for each call; None means this client's.
            retry: Retry policy; None means this client's.
            headers: Headers to send besides those of this client; None adds none.

        Raises:
            ConfigurationError: An option is invalid, or a header is one that the
                client sets itself, such as `Authorization`.
        """
        settings, caller = self._settings, self._caller
        settings = attrs.evolve(
            settings,
            timeout=settings.timeout if timeout is None else timeout,
            retry=settings.retry if retry is None else retry,
        )
        caller = attrs.evolve(
            caller,
            timeout=settings.timeout,
            attempt_handler=caller.attempt_handler.with_policy(settings.retry),
            headers={**caller.headers, **check_headers(headers or {})},
        )
        view = object.__new__(type(self))
        changes = {"_settings": settings, "_caller": caller, "_is_view": True}
        view.__dict__.update(self.__dict__, **changes)
        return view

    async def aclose(self) -> None:
        """
        Close the client; closing again does nothing.

        Calls in progress raise `ClientClosedError`. A session or transport that was
        passed in stays open. Closing a view of `with_options` does nothing.
        """
        if not self._is_view:
            await self._caller.lifetime.end()

    # Type checkers would take it for a permission to use any name.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Raise AttributeError, which explains the names of other SDKs."""
            return find_attribute(self, name)

    def __repr__(self) -> str:
        """Return the base URL and the state, never the token."""
        if not hasattr(self, "_caller"):
            # A traceback may show the client while its arguments are being checked.
            return "<Client, not initialized>"
        lifetime = self._caller.lifetime
        state = "closed" if lifetime.has_ended else f"{lifetime.running} calls"
        return f"<Client {self._settings.base_url}, {state}>"

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: connections and tokens cannot be pickled or copied."""
        msg = "a Client cannot be pickled or copied; create one where it is needed"
        raise TypeError(msg)


def _create_find_pacing(
    pacing: Pacing | PacingFactory | None, settings: ClientSettings
) -> Callable[[Secret], Pacing]:
    """Return the function that finds the pacing of a token."""
    if pacing is None:
        pacing = Pacer(settings.rate_limit)
    # One that could be both has been a pacing for longer.
    if isinstance(pacing, Pacing):
        only = pacing
        return lambda _: only
    return LatestPacing(pacing, settings.base_url)


def create_caller(
    settings: ClientSettings,
    *,
    transport: Transport,
    find_pacing: Callable[[Secret], Pacing],
    shared_gate: Gate,
    lifetime: Lifetime,
    token_status: TokenStatus,
) -> Caller:
    """Create what runs the calls of a client, from its settings and what it shares."""
    return Caller(
        account=settings.account,
        transport=transport,
        credentials=settings.credentials,
        base_url=settings.base_url,
        retrieval_url=find_retrieval_url(settings),
        # The limits of that host are not documented: only its refusals count.
        retrieval_pacing=Pacer(RateLimit(None)),
        codec=Codec(settings.converter),
        find_pacing=find_pacing,
        rate_limit=settings.rate_limit,
        gate=asyncio.Semaphore(settings.max_concurrency),
        shared_gate=shared_gate,
        timeout=settings.timeout,
        attempt_handler=AttemptHandler(settings.retry, settings.on_attempt),
        on_call=settings.on_call,
        lifetime=lifetime,
        token_status=token_status,
    )
