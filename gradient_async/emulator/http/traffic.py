"""What the server has seen: requests, and how many of them at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

import attrs
from aiohttp import web
from attrs.setters import NO_OP, frozen

REQUEST_IDS: Final = 0xE0000000_0000_4000_8000_000000000000
"""The first request id is one more than this; it reads as a UUID of version 4."""

STORAGE_IDS: Final = 0xE1000000_0000_4000_8000_000000000000
"""The same for the requests to the storage site."""


@attrs.define(kw_only=True, on_setattr=frozen)
class ReceivedRequest:
    """One request as it arrived, and the status it was answered with."""

    method: str
    """The method, such as `GET`."""
    path: str
    """The path as it was on the wire, percent-encoded, without the query."""
    query: Mapping[str, str]
    """The decoded query parameters; of repeated ones, the first."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """The headers, with names in lower case; kept out of the repr: a token is one."""
    account: int | None
    """The position of the account of the token; None if unknown, and for storage."""
    at: float
    """The running loop's time of arrival, in seconds."""
    request_id: str
    """The id in the answer's `x-request-id`, or `x-amz-request-id` from storage."""
    body: bytes = attrs.field(default=b"", repr=False, on_setattr=NO_OP)
    """The body, once it was read to be acted on; empty if there was none to act on."""
    status: int | None = attrs.field(default=None, on_setattr=NO_OP)
    """The status of the answer, set when it is sent; None if there never was one."""


@attrs.define
class Traffic:
    """The requests received so far, and the connections that carry them."""

    _ids: int = REQUEST_IDS
    requests: list[ReceivedRequest] = attrs.field(factory=list, init=False)
    """All requests in the order of their arrival."""
    in_flight: int = attrs.field(default=0, init=False)
    """The requests being handled now, those still on their way included."""
    most_in_flight: int = attrs.field(default=0, init=False)
    """The highest that `in_flight` has been."""
    connections: int = attrs.field(default=0, init=False)
    """The connections that have carried at least one request."""
    _numbered: int = attrs.field(default=0, init=False)
    _open: dict[asyncio.Task[None], asyncio.Transport | None] = attrs.field(
        factory=dict, init=False
    )

    @contextlib.contextmanager
    def carry(self, request: web.Request) -> Iterator[None]:
        """Count a request as in flight while it is being handled."""
        self._watch(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    def record(self, request: web.Request, account: int | None) -> ReceivedRequest:
        """Note that a request has arrived, now."""
        self._numbered += 1
        received = ReceivedRequest(
            method=request.method,
            path=request.raw_path.partition("?")[0],
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            account=account,
            at=asyncio.get_running_loop().time(),
            request_id=str(UUID(int=self._ids + self._numbered)),
        )
        self.requests.append(received)
        return received

    async def interrupt(self) -> None:
        """Drop the connections, unsent bytes and all, and wait for their ends."""
        for transport in filter(None, self._open.values()):
            transport.abort()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(tuple(self._open))

    def _watch(self, request: web.Request) -> None:
        """Keep a connection in view, from its first request until its end."""
        # A connection is known by its task, which handles its requests one by one.
        task = request.task
        if task not in self._open:
            self.connections += 1
            self._open[task] = request.transport
            task.add_done_callback(self._open.pop)
