"""The client: one account's door to the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, NoReturn, Self, Unpack

from cattrs import Converter

from gradient_async.checks import (
    check_callable,
    check_instance,
    check_int,
    check_seconds,
)
from gradient_async.codec import JSON, Codec, encode_json
from gradient_async.errors import ConfigurationError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Paginator
from gradient_async.resources import (
    DataSources,
    IndexingJobs,
    KnowledgeBases,
    Models,
    Regions,
    ScheduledIndexings,
)
from gradient_async.resources.job_filter import JobListOptions
from gradient_async.settings import check_proxy, find_base_url, find_credentials
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.calls import Caller
from gradient_async.transport.credentials import Token
from gradient_async.transport.pacing import Pacer
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.session import (
    AiohttpTransport,
    ClientSession,
    TraceConfig,
)
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.wire import Request, Transport

_METHOD: Final = re.compile(r"[A-Z]+")

# What RFC 3986, section 3.3, lets a path consist of; escapes are checked apart.
_PATH: Final = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_DOTS: Final = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)


class Client:
    """
    One account's door to the API.

        async with Client() as client:
            async for job in client.iter_indexing_jobs():
                print(job.uuid, job.status)

    May be used by many tasks at once, in one event loop. Opens its connections with
    the first request. `async with`, or `await aclose()`, closes them; a forgotten
    close is a `ResourceWarning`.

    The token is, in this order:

    1. `token`, a string or a function (plain or async) that is called before each
       attempt and gives the current one;
    2. the environment variable `DIGITALOCEAN_ACCESS_TOKEN`;
    3. the environment variable `DIGITALOCEAN_TOKEN`.

    Args:
        token: See above; None means the environment's.
        base_url: Where the API is; None means `DIGITALOCEAN_API_URL`, or else
            https://api.digitalocean.com. Must be https, but for loopback addresses.
        timeout: Seconds for each call as a whole, 60 by default: waiting for its
            turn, connecting, the answer's body, retries and the waits between them.
            An attempt also ends when the server is silent for 30 seconds.
        retry: How often and how patiently a call is tried; 4 attempts by default.
        rate_limit: What one token may send; 250 requests a minute and 5,000 an hour
            by default, `RateLimit(None)` for no pacing.
        max_concurrency: Requests in flight at once at most, 16 by default.
        max_response_bytes: Cap on an answer's decompressed body, 32 MiB by default.
        session: An `aiohttp.ClientSession` to use instead of an own one. It is never
            closed here, and its middlewares do not run. Its cookies and its proxy
            variables are its owner's business.
        proxy: URL of an HTTP proxy; None means none, whatever the environment says.
        converter: A cattrs converter that decodes answers, see
            `codec.make_converter`; None means the package's own, which is faster.
        on_attempt: Called after each attempt with an `Attempt`.
        trace_configs: aiohttp's tracing hooks for the client's own session. Unlike
            anything here, they see the request's headers, the token among them.
        transport: What sends requests instead of aiohttp, in tests for example.

    Raises:
        ConfigurationError: An argument cannot work. Nothing was opened or sent.
    """

    def __init__(
        self,
        token: Token | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 60.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008  (frozen)
        rate_limit: RateLimit = RateLimit(),  # noqa: B008  (frozen)
        max_concurrency: int = 16,
        max_response_bytes: int = 32 * 1024 * 1024,
        session: ClientSession | None = None,
        proxy: str | None = None,
        converter: Converter | None = None,
        on_attempt: OnAttempt | None = None,
        trace_configs: Sequence[TraceConfig] = (),
        transport: Transport | None = None,
    ) -> None:
        credentials = find_credentials(token)
        # From here on an error shows this frame's variables in a traceback.
        del token
        credentials.check()
        self._base_url = find_base_url(base_url)
        check_proxy(proxy)
        check_seconds("timeout", timeout)
        check_int("max_concurrency", max_concurrency, minimum=1)
        check_int("max_response_bytes", max_response_bytes, minimum=1)
        check_instance("retry", retry, RetryPolicy)
        check_instance("rate_limit", rate_limit, RateLimit)
        check_instance("session", session, ClientSession | None)
        check_instance("converter", converter, Converter | None)
        check_callable("on_attempt", on_attempt)
        if transport is None:
            transport = AiohttpTransport(
                self._base_url,
                session=session,
                proxy=proxy,
                trace_configs=trace_configs,
                max_response_bytes=max_response_bytes,
            )
        elif session is not None or proxy is not None or trace_configs:
            msg = "transport= replaces session, proxy and trace_configs: give one"
            raise ConfigurationError(msg)
        self._caller = Caller(
            transport,
            credentials=credentials,
            codec=Codec(converter),
            pacer=Pacer(rate_limit, max_in_flight=max_concurrency),
            retry=retry,
            timeout=timeout,
            on_attempt=on_attempt,
        )

    @property
    def indexing_jobs(self) -> IndexingJobs:
        """Ask about indexing jobs; good for as long as the client is open."""
        return IndexingJobs(self._caller)

    @property
    def knowledge_bases(self) -> KnowledgeBases:
        """Ask about knowledge bases; good for as long as the client is open."""
        return KnowledgeBases(self._caller)

    @property
    def data_sources(self) -> DataSources:
        """Ask about data sources; good for as long as the client is open."""
        return DataSources(self._caller)

    @property
    def scheduled_indexing(self) -> ScheduledIndexings:
        """Ask about schedules; good for as long as the client is open."""
        return ScheduledIndexings(self._caller)

    @property
    def regions(self) -> Regions:
        """Ask about regions; good for as long as the client is open."""
        return Regions(self._caller)

    @property
    def models(self) -> Models:
        """Ask about models; good for as long as the client is open."""
        return Models(self._caller)

    def iter_indexing_jobs(
        self, **options: Unpack[JobListOptions]
    ) -> Paginator[IndexingJob]:
        """
        Iterate over the account's indexing jobs, newest first, across all pages.

        The same as `client.indexing_jobs.list(...)`, whose arguments it takes.
        """
        return self.indexing_jobs.list(**options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | float] | None = None,
        json: JSON = None,
    ) -> JSON:
        """
        Call an endpoint that has no method here yet, and give its decoded JSON.

        Deadline, pacing and retries are those of every call: GET, HEAD, PUT, DELETE
        and OPTIONS are tried again after a passing failure; anything else only where
        it surely was not carried out.

        Args:
            method: HTTP method.
            path: Path below the base URL, percent-encoded where it needs to be, such
                as `/v2/gen-ai/agents`; without a query.
            params: Query parameters, not encoded; True is sent as `true`.
            json: Body to send as JSON; None sends none.

        Returns:
            The answer's JSON; None for an empty body.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            OutcomeUnknownError: A request not safe to repeat lost its answer.
            GradientError: Whatever else a call may raise.
        """
        request = Request(
            method=_check_method(method),
            path=_check_path(path),
            params=_check_params(params),
            body=None if json is None else encode_json(json),
        )
        # From here on an error shows this frame's variables in a traceback.
        del json
        return await self._caller.call_json(request)

    async def aclose(self) -> None:
        """
        Close the client; twice is fine.

        Calls that still run end with `ClientClosedError`. A lent session stays open.
        """
        await self._caller.aclose()

    async def __aenter__(self) -> Self:
        """Give the client itself, to be closed at the end of the block."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.aclose()

    def __repr__(self) -> str:
        """Show where it points and what it is doing, never the token."""
        if not hasattr(self, "_caller"):
            # A traceback may show the client while its arguments are being refused.
            return "<Client, not made yet>"
        state = "closed" if self._caller.is_closed else f"{self._caller.running} calls"
        return f"<Client {self._base_url}, {state}>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: connections and tokens do not travel."""
        msg = "a Client cannot be pickled or copied; make one where it is needed"
        raise TypeError(msg)

    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            """Point to the async form."""
            msg = "a Client is asynchronous: use `async with`"
            raise TypeError(msg)

        # Never called; without it, `with` would not get as far as `__enter__`.
        __exit__ = __enter__


def _check_method(method: str) -> str:
    check_instance("method", method, str)
    if not _METHOD.fullmatch(method.upper()):
        msg = f"{method!r} is no HTTP method"
        raise ConfigurationError(msg)
    return method.upper()


def _check_path(path: str) -> str:
    check_instance("path", path, str)
    is_clean = _PATH.fullmatch(path) and not any(
        _DOTS.fullmatch(segment) for segment in path.split("/")
    )
    if not is_clean:
        msg = (
            f"the path must look like /v2/gen-ai/agents, encoded, without a query "
            f"or dot segments, not {path!r}"
        )
        raise ConfigurationError(msg)
    return path


def _check_params(params: Mapping[str, str | float] | None) -> dict[str, str]:
    check_instance("params", params, Mapping | None)
    return {name: _check_param(name, value) for name, value in (params or {}).items()}


def _check_param(name: str, value: str | float) -> str:
    check_instance(f"params[{name!r}]", value, str | int | float)
    return str(value).lower() if isinstance(value, bool) else str(value)
