"""The emulator: an API to start, to look into and to make trouble with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.faults import Fault
from gradient_async.emulator.limiter import DEFAULT_LIMITS, SlidingLog, Window
from gradient_async.emulator.network import Calendar, Network
from gradient_async.emulator.server import Server
from gradient_async.emulator.state import State
from gradient_async.emulator.timestamps import NEWEST, SECOND
from gradient_async.emulator.traffic import ReceivedRequest


class Emulator:
    """
    A local API server on 127.0.0.1 that serves made-up indexing jobs.

        async with Emulator(jobs=5000) as api:
            client = Client(api.token, base_url=api.url)

    It runs in the loop that starts it, and waits by that loop's time only.
    The same arguments give the same data, tokens and request ids.
    Jobs, faults and recorded requests survive `aclose`: a server can start again.

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

    Raises:
        ValueError: A number is too small, or `limits` is empty.
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
    ) -> None:
        """Open the accounts; nothing listens yet."""
        if accounts < 1 or jobs < 0:
            msg = "an emulator needs at least one account, and no fewer than 0 jobs"
            raise ValueError(msg)
        limiters = [
            _limiter(limits, count_refused=count_refused) for _ in range(accounts)
        ]
        self._state = State(
            accounts=tuple(
                Account.open(index, jobs=jobs, seed=seed, limiter=limiter)
                for index, limiter in enumerate(limiters)
            ),
            network=Network.seeded(seed, latency=latency, jitter=jitter),
            calendar=Calendar(NEWEST // SECOND),
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
            RuntimeError: The server is running already.
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
        if self._server.url is None:
            msg = "the emulator is not running: use `async with Emulator() as api`"
            raise RuntimeError(msg)
        return self._server.url

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

    def jobs(self, token: str | None = None) -> Sequence[Mapping[str, object]]:
        """Give an account's jobs as in the API's JSON, newest first."""
        return tuple(job.fields for job in self._account(token).jobs)

    def job_uuids(self, token: str | None = None) -> tuple[str, ...]:
        """Give the uuids of an account's jobs, newest first."""
        return tuple(job.uuid for job in self._account(token).jobs)

    def add_jobs(self, count: int, *, token: str | None = None) -> tuple[str, ...]:
        """
        Put new jobs at the head of an account's list, now.

        They are pending, each created one second after the one before.
        Gives their uuids, newest first.
        """
        return self._account(token).add_jobs(count)

    def grow(
        self, total: int, *, per_request: int = 1, token: str | None = None
    ) -> None:
        """
        Let an account's list grow while it is being read.

        Each of the following list requests first reads its page and then adds
        `per_request` jobs at the head, until `total` were added.
        Called again, it replaces what was still to come.
        """
        self._account(token).grow(total, per_request)

    def remove_job(self, uuid: str) -> None:
        """
        Take a job out of the list that holds it.

        Raises:
            KeyError: There is no such job.
        """
        if not any(account.remove_job(uuid) for account in self._state.accounts):
            raise KeyError(uuid)

    def fail(self, *faults: Fault) -> None:
        """
        Let faults happen to the requests that follow.

        Each request meets at most one fault: the first that matches it, in the order
        in which they were given.
        Requests refused for their token or by the limits meet none.
        """
        self._state.faults.add(faults)

    def _account(self, token: str | None) -> Account:
        """Give the account of a token, or the first one."""
        account = self._state.find_account(self.token if token is None else token)
        if account is None:
            msg = "no account of this emulator has this token"
            raise ValueError(msg)
        return account


def _limiter(
    limits: Sequence[Window] | None, *, count_refused: bool
) -> SlidingLog | None:
    """Make the limiter of one account, if there are limits."""
    if limits is None:
        return None
    return SlidingLog(limits, count_refused=count_refused)
