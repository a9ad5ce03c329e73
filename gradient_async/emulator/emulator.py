"""The emulator: an API to start, to look into and to make trouble with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.bases.overview import (
    copy_json,
    describe_base,
    describe_source,
)
from gradient_async.emulator.http.faults import Fault
from gradient_async.emulator.http.limiter import DEFAULT_LIMITS, Window
from gradient_async.emulator.http.server import Server
from gradient_async.emulator.http.traffic import ReceivedRequest
from gradient_async.emulator.jobs.source_runs import SourcePlan
from gradient_async.emulator.opening import open_state
from gradient_async.emulator.storage.object_store import ReceivedUpload


class Emulator:
    """
    A local API server on 127.0.0.1 with made-up knowledge bases and indexing jobs.

        async with Emulator(jobs=5000) as api:
            client = Client(api.token, base_url=api.url)

    It runs in the loop that starts it, and waits by that loop's time only.
    The same arguments give the same data, tokens and request ids.
    Data, faults and recorded requests survive `aclose`: a server can start again,
    in another loop too, and presigned URLs stay good.

    What a client creates is kept, for each token by itself. A job that was created
    moves: it waits for 2 seconds, takes 8 for each of its data sources, and has ended.
    Jobs that were there before stand still until they are cancelled.

    Args:
        jobs: The number of jobs that each account starts with.
        accounts: The number of accounts, at least 1; each has a token of its own.
        seed: What the made-up data and the jitter depend on.
        port: The port to listen on; 0 takes a free one, at each start.
        limits: The windows of the rate limit, which each token has for itself.
            By default 250 requests in 60 seconds and 5,000 in an hour.
            A request refused by a shorter window is told `retry-after`, in whole
            seconds; one refused by the longest alone, or by a single window, is not.
            None switches the limits and their headers off.
        count_refused: Whether a refused request uses a slot of the limits too.
        latency: Seconds that a request and its answer travel, half of them each way.
        jitter: The most seconds that chance adds to the latency, half of them each way.
        speed: The seconds that pass for jobs, databases and signed URLs, and on the
            server's calendar, in a second of the loop; 0 stops them but for `advance`.
            Limits, latency and faults keep to the loop's time.

    Raises:
        ValueError: A number is too small or not finite, or `limits` is empty.
    """

    def __init__(
        self,
        *,
        jobs: int = 200,
        accounts: int = 1,
        seed: int = 1,
        port: int = 0,
        limits: Sequence[Window] | None = DEFAULT_LIMITS,
        count_refused: bool = False,
        latency: float = 0.0,
        jitter: float = 0.0,
        speed: float = 1.0,
    ) -> None:
        """Open the accounts; nothing listens yet."""
        self._state = open_state(
            jobs=jobs,
            accounts=accounts,
            seed=seed,
            limits=limits,
            count_refused=count_refused,
            latency=latency,
            jitter=jitter,
            speed=speed,
        )
        self._server = Server(self._state, port)

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        await self.aclose()

    def __repr__(self) -> str:
        """Show where the server is to be found."""
        place = self._server.url or "not running"
        return f"<Emulator {place}, accounts: {len(self._state.accounts)}>"

    async def start(self) -> None:
        """
        Listen, and answer from now on.

        Raises:
            RuntimeError: The server is running already, or about to.
            OSError: The port is taken.
        """
        await self._server.start()

    async def aclose(self) -> None:
        """
        Stop listening, drop all connections and cancel what handles them.

        It waits for no answer under way and leaves no task behind.
        Closing a server that is not running does nothing.
        """
        await self._server.aclose()

    @property
    def url(self) -> str:
        """
        The base URL of the running server, without a slash at its end.

        Raises:
            RuntimeError: The server is not running.
        """
        return _running(self._server.url)

    @property
    def storage_url(self) -> str:
        """
        The base URL of the site where files are uploaded and reports are fetched.

        Raises:
            RuntimeError: The server is not running.
        """
        return _running(self._server.storage_url)

    @property
    def token(self) -> str:
        """The token of the first account."""
        return self.tokens[0]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of all accounts."""
        return tuple(account.token for account in self._state.accounts)

    @property
    def requests(self) -> list[ReceivedRequest]:
        """
        All requests received so far, in the order of their arrival.

        The server appends to this very list; it may be cleared at any time.
        """
        return self._state.traffic.requests

    @property
    def in_flight(self) -> int:
        """The requests being handled now, those still on their way included."""
        return self._state.traffic.in_flight

    @property
    def most_in_flight(self) -> int:
        """The most requests that were ever in flight at once."""
        return self._state.traffic.most_in_flight

    @property
    def connections(self) -> int:
        """The connections so far that have carried at least one request."""
        return self._state.traffic.connections

    @property
    def uploads(self) -> list[ReceivedUpload]:
        """All files that have arrived whole at the storage site, in this order."""
        return self._state.store.uploads

    @property
    def storage_requests(self) -> list[ReceivedRequest]:
        """
        All requests to the storage site so far, without bodies, in their order.

        Those that were refused are among them. The server appends to this very list.
        """
        return self._state.storage_traffic.requests

    def jobs(self, token: str | None = None) -> Sequence[Mapping[str, object]]:
        """Give an account's jobs as in the API's JSON, newest first, as of now."""
        jobs = self._account(token).jobs.newest_first(self._state.clock.now)
        return tuple(job.copy() for job in jobs)

    def job_uuids(self, token: str | None = None) -> tuple[str, ...]:
        """Give the uuids of an account's jobs, newest first."""
        return self._account(token).jobs.uuids()

    def knowledge_bases(
        self, token: str | None = None
    ) -> Sequence[Mapping[str, object]]:
        """Give an account's knowledge bases as in the API's JSON, newest first."""
        account, now = self._account(token), self._state.clock.now
        bases = reversed(tuple(account.bases.values()))
        return tuple(copy_json(describe_base(account, base, now)) for base in bases)

    def data_sources(
        self, knowledge_base_uuid: str, token: str | None = None
    ) -> Sequence[Mapping[str, object]]:
        """
        Give a knowledge base's data sources as in the API's JSON, newest first.

        Raises:
            KeyError: The account has no such knowledge base.
        """
        account, now = self._account(token), self._state.clock.now
        base = account.bases[knowledge_base_uuid]
        sources = reversed(tuple(base.sources.values()))
        return tuple(
            copy_json(describe_source(account, base, source, now)) for source in sources
        )

    def add_jobs(self, count: int, *, token: str | None = None) -> tuple[str, ...]:
        """
        Put new jobs at the head of an account's list, now.

        They are pending, and each is dated a second after the newest before it, or now
        if that is later; so many at once are ahead of the clock.
        Gives their uuids, newest first.

        Raises:
            ValueError: There is no knowledge base left for them to be about.
        """
        return self._account(token).add_jobs(count, self._state.clock.now)

    def grow(
        self, total: int, *, per_request: int = 1, token: str | None = None
    ) -> None:
        """
        Let an account's list grow while it is being read.

        Each of the following list requests first reads its page and then adds
        `per_request` jobs at the head, until `total` were added.
        Called again, it replaces what was still to come.

        Raises:
            ValueError: There is no knowledge base left for them to be about.
        """
        self._account(token).grow(total, per_request)

    def remove_job(self, uuid: str) -> None:
        """
        Take a job out of the list that holds it.

        Raises:
            KeyError: There is no such job.
        """
        if not any(account.jobs.remove(uuid) for account in self._state.accounts):
            raise KeyError(uuid)

    def advance(self, seconds: float) -> None:
        """
        Let time pass at once, for all that `speed` is about.

        Raises:
            ValueError: Time does not run backwards, nor out of the calendar.
        """
        self._state.clock.advance(seconds)

    def plan_source(
        self,
        data_source_uuid: str,
        *,
        seconds: float | None = None,
        error_msg: str = "",
        error_details: str = "",
        failed: float = 1.0,
    ) -> None:
        """
        Say how a data source fares in the jobs that start from now on.

        Called again, it replaces what was said before.

        Args:
            data_source_uuid: The data source.
            seconds: How long each of its indexings takes; None is 8 seconds.
            error_msg: The code of its failure; empty if it does not fail.
            error_details: The failure in words.
            failed: The share of its items that fail, more than 0. With 1 the source
                is FAILED, with less it is PARTIALLY_UPDATED.

        Raises:
            KeyError: There is no such data source.
            ValueError: `seconds` or `failed` is out of range.
        """
        plan = SourcePlan(seconds, error_msg, error_details, failed)
        if not any(it.plan(data_source_uuid, plan) for it in self._state.accounts):
            raise KeyError(data_source_uuid)

    def fail(self, *faults: Fault) -> None:
        """
        Let faults happen to the requests that follow.

        Each request meets at most one fault: the first that matches it, in the order
        in which they were given.
        Requests refused for their token or by the limits meet none, and requests to
        the storage site only those whose `path` is given and matches.
        """
        self._state.faults.add(faults)

    def _account(self, token: str | None) -> Account:
        """Give the account of a token, or the first one."""
        account = self._state.find_account(self.token if token is None else token)
        if account is None:
            msg = "no account of this emulator has this token"
            raise ValueError(msg)
        return account


def _running(url: str | None) -> str:
    """Give the URL of a server that runs, or raise."""
    if url is None:
        msg = "the emulator is not running: use `async with Emulator() as api`"
        raise RuntimeError(msg)
    return url
