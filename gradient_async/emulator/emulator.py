"""The emulator: a local API server with methods to inspect and control it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

from gradient_async.emulator.core.faults import Fault
from gradient_async.emulator.core.ids import create_rng
from gradient_async.emulator.core.limiter import DEFAULT_LIMITS, Window
from gradient_async.emulator.core.records import ReceivedRequest, ReceivedUpload
from gradient_async.emulator.domain.platform import bootstrap
from gradient_async.emulator.server.server import Server
from gradient_async.emulator.server.state import Network, ServerState
from gradient_async.emulator.stored_data import StoredData


class Emulator(StoredData):
    """
    A local API server on 127.0.0.1 with generated knowledge bases and indexing jobs.

        async with Emulator(jobs=5000) as api:
            client = Client(api.token, base_url=api.url)

    The server runs in the event loop that starts it and uses that loop's time only. The
    same arguments give the same data, tokens and request ids. Data, faults and recorded
    requests survive `aclose`: the server can start again, also in another loop, and
    presigned URLs stay valid.

    What clients create is kept separately for each token. A job that a client starts
    progresses: it is pending for 2 seconds, takes 8 seconds for each data source, and
    ends. Seeded jobs do not change until they are cancelled.

    Args:
        jobs: Number of jobs that each account starts with.
        unfinished: Number of these that have not ended, at most 5: the newest two are
            pending, the next three are running. Their knowledge bases are busy.
        accounts: Number of accounts, at least 1; each has its own token.
        seed: Seed of the generated data and the jitter.
        port: Port to listen on; 0 means a free one at each start.
        limits: Windows of the rate limit, counted separately for each token. The
            default is 250 requests in 60 seconds and 5,000 in an hour. A response to a
            request that a shorter window rejects has `retry-after` in whole seconds;
            one that only the longest (or a single) window rejects has none. None means
            no limits and no `ratelimit-` headers.
        count_refused: Whether rejected requests count toward the limits too.
        latency: Seconds that a request and its response take, half in each direction.
        jitter: Maximum number of seconds that are randomly added to the latency.
        speed: Seconds that pass for jobs, databases, presigned URLs and the server's
            date in one second of the loop; 0 means that only `advance` moves them.
            Limits, latency and faults always use the loop's time.
        database_seconds: Seconds that creating the database of a new knowledge base
            takes; on the platform, 180 to 600. Until then its status is CREATING, it
            has no id, and starting a job is refused with 400.
        auto_index: Whether creating a knowledge base with data sources starts a job,
            which waits for the database, as on the platform.

    Raises:
        ValueError: A number is too small or not finite, or `limits` is empty.
    """

    def __init__(
        self,
        *,
        jobs: int = 200,
        unfinished: int = 5,
        accounts: int = 1,
        seed: int = 1,
        port: int = 0,
        limits: Sequence[Window] | None = DEFAULT_LIMITS,
        count_refused: bool = False,
        latency: float = 0.0,
        jitter: float = 0.0,
        speed: float = 1.0,
        database_seconds: float = 5.0,
        auto_index: bool = True,
    ) -> None:
        platform = bootstrap(
            jobs=jobs,
            unfinished=unfinished,
            accounts=accounts,
            seed=seed,
            limits=limits,
            count_refused=count_refused,
            speed=speed,
            database_seconds=database_seconds,
            auto_index=auto_index,
        )
        super().__init__(platform)
        # Random numbers of its own: jitter must not depend on how many ids were drawn.
        network = Network(latency=latency, jitter=jitter, rng=create_rng(seed))
        self._state = ServerState(network=network)
        self._server = Server(platform, self._state, port)
        # The lists that the sites append to: a test sees requests as they arrive.
        self.requests: Final[list[ReceivedRequest]] = self._state.traffic.requests
        """
        All requests received so far, in the order of their arrival.

        The server appends to this list; it may be cleared at any time.
        """
        self.uploads: Final[list[ReceivedUpload]] = platform.store.uploads
        """All files that the storage site received completely, in order."""
        self.storage_requests: Final[list[ReceivedRequest]] = (
            self._state.storage_traffic.requests
        )
        """
        All requests to the storage site so far, without bodies, in order.

        They include rejected ones. The server appends to this list.
        """

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the server."""
        await self.aclose()

    def __repr__(self) -> str:
        """Show the URL and the number of accounts."""
        url = self.url if self._server.api.is_running else "not running"
        return f"<Emulator {url}, accounts: {len(self._platform.accounts)}>"

    async def start(self) -> None:
        """
        Start listening.

        Raises:
            RuntimeError: The server is running, or another start is in progress.
            OSError: The port is taken.
        """
        await self._server.start()

    async def aclose(self) -> None:
        """
        Stop listening, close all connections and cancel their handlers.

        Responses in progress are not completed, and no task is left behind. Closing a
        server that is not running does nothing.
        """
        await self._server.aclose()

    @property
    def url(self) -> str:
        """
        The base URL of the running server, without a trailing slash.

        Raises:
            RuntimeError: The server is not running.
        """
        return self._server.api.url

    @property
    def storage_url(self) -> str:
        """
        The base URL of the storage site, which serves uploads and reports.

        Raises:
            RuntimeError: The server is not running.
        """
        return self._server.storage.url

    @property
    def in_flight(self) -> int:
        """Number of requests being handled, including those still in transfer."""
        return self._state.traffic.in_flight

    @property
    def most_in_flight(self) -> int:
        """The highest number of requests that were in flight at once."""
        return self._state.traffic.most_in_flight

    @property
    def connections(self) -> int:
        """Number of connections so far that have carried at least one request."""
        return self._state.traffic.connections

    def fail(self, *faults: Fault) -> None:
        """
        Add faults that happen to the following requests.

        Each request gets at most one fault: the first that matches, in the order in
        which they were added. Requests that are rejected for their token or by the
        limits get none. Requests to the storage site get only faults whose `path`
        is given and matches.
        """
        self._state.faults.add(faults)
