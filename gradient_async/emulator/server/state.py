"""What the server observes and controls: traffic, latency and faults."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import attrs
from aiohttp import web
from attrs.validators import and_, ge, lt

from gradient_async.emulator.core.faults import Fault, FaultQueue
from gradient_async.emulator.core.limiter import LimitDecision
from gradient_async.emulator.core.records import ReceivedRequest

# Request ids count up from these numbers, which read as UUIDs of version 4.
_API_IDS: Final = 0xE0000000_0000_4000_8000_000000000000
_STORAGE_IDS: Final = 0xE1000000_0000_4000_8000_000000000000


@attrs.frozen(kw_only=True)
class Network:
    """The latency between the client and the server."""

    latency: float = attrs.field(validator=and_(ge(0.0), lt(math.inf)))
    """Seconds for both directions together."""
    jitter: float = attrs.field(validator=and_(ge(0.0), lt(math.inf)))
    """Maximum number of seconds that are randomly added to the latency."""
    rng: random.Random = attrs.field(repr=False)
    """The source of the jitter."""

    async def transfer(self) -> None:
        """Wait for as long as one direction takes."""
        # Drawn for each direction, so that requests can overtake each other.
        seconds = (self.latency + self.rng.uniform(0, self.jitter)) / 2
        # Even `sleep(0)` would let other tasks run first.
        if seconds:
            await asyncio.sleep(seconds)


@attrs.define
class Traffic:
    """The requests received so far, and the connections that carried them."""

    _first_id: int = _API_IDS
    requests: list[ReceivedRequest] = attrs.field(factory=list, init=False)
    """All requests in the order of their arrival."""
    in_flight: int = attrs.field(default=0, init=False)
    """Number of requests being handled, including those still being transferred."""
    most_in_flight: int = attrs.field(default=0, init=False)
    """The highest value that `in_flight` has had."""
    connections: int = attrs.field(default=0, init=False)
    """Number of connections that have carried at least one request."""
    _recorded: int = attrs.field(default=0, init=False)
    _open: dict[asyncio.Task[None], asyncio.Transport | None] = attrs.field(
        factory=dict, init=False
    )

    @contextlib.contextmanager
    def track(self, request: web.Request) -> Iterator[None]:
        """Count a request as in flight while it is being handled."""
        self._track_connection(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    def record(self, request: web.Request, account: int | None) -> ReceivedRequest:
        """Record the arrival of a request."""
        # Not `len(self.requests)`: tests may clear that list.
        self._recorded += 1
        received = ReceivedRequest(
            method=request.method,
            path=request.raw_path.partition("?")[0],
            query=dict(request.query),
            # HTTP ignores their case, and tests should not depend on the client's.
            headers={name.lower(): value for name, value in request.headers.items()},
            account=account,
            at=asyncio.get_running_loop().time(),
            request_id=str(UUID(int=self._first_id + self._recorded)),
        )
        self.requests.append(received)
        return received

    async def abort(self) -> None:
        """Close all connections without sending what is buffered, and wait for that."""
        for transport in filter(None, self._open.values()):
            # Closing would wait for a client that does not read.
            transport.abort()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(tuple(self._open))

    def _track_connection(self, request: web.Request) -> None:
        """Count a request's connection if it is new, and remember it until it ends."""
        # aiohttp handles all requests of a connection in one task, which identifies it.
        task = request.task
        if task not in self._open:
            self.connections += 1
            self._open[task] = request.transport
            task.add_done_callback(self._open.pop)


@attrs.frozen(kw_only=True)
class ServerState:
    """The network, the faults to come, and the traffic of both sites."""

    network: Network
    faults: FaultQueue = attrs.field(factory=FaultQueue)
    traffic: Traffic = attrs.field(factory=Traffic)
    storage_traffic: Traffic = attrs.field(factory=lambda: Traffic(_STORAGE_IDS))


STATE: Final = web.AppKey("state", ServerState)
"""The server's state in an application."""

DECISION: Final = web.RequestKey("decision", LimitDecision)
"""The limiter's decision about a request, if it was limited."""

FAULT: Final = web.RequestKey("fault", Fault)
"""The fault that happens to a request, if one does."""
