"""The pool of connections: only a connection that rested undisturbed is used again."""

from __future__ import annotations

import selectors
from functools import partial
from typing import Final, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from gradient_async.errors import ConfigurationError
from gradient_async.loops import LoopHome

# What of aiohttp's pool is extended here; the rest of the check stands on public names:
# `ResponseHandler.force_close`, `should_close` and `data_received`.
_EXTENDED: Final = ("_get", "_release", "_factory")

# Cheaper to create than epoll or kqueue, which open a descriptor; not on Windows.
_Selector: Final[type[selectors.BaseSelector]] = getattr(
    selectors, "PollSelector", selectors.DefaultSelector
)


class CheckedConnector(aiohttp.TCPConnector):
    """
    A connector that drops a connection on which anything arrived while it rested.

    What arrives then belongs to no request: a second response, or a notice that the
    connection is about to be closed. aiohttp looks at a connection when it returns to
    the pool, but not when it leaves it, and would take those bytes for the response to
    the next request (aio-libs/aiohttp#13656).

    Raises:
        ConfigurationError: This version of aiohttp has another kind of pool.
    """

    def __init__(self, *, keepalive_timeout: float) -> None:
        self._home = LoopHome.current()
        # No limit: calls wait for their client's gate, which keeps their order.
        super().__init__(limit=0, keepalive_timeout=keepalive_timeout)
        known = {*dir(aiohttp.TCPConnector), *vars(self)}
        missing = [name for name in _EXTENDED if name not in known]
        if missing:
            msg = (
                f"aiohttp {aiohttp.__version__} is not supported, its connector has no "
                f"{' and '.join(missing)}: install an earlier version"
            )
            raise ConfigurationError(msg)
        self._factory = partial(_Handler, loop=self._loop)  # type: ignore[assignment]  # a subclass

    def __del__(self, *_: object) -> None:
        """Close in the event loop's thread, and not at all in a forked process."""
        self._home.run(super().__del__)

    def _release(
        self,
        key: ConnectionKey,
        protocol: ResponseHandler,
        *,
        should_close: bool = False,
    ) -> None:
        super()._release(key, protocol, should_close=should_close)
        cast(_Handler, protocol).is_resting = True

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        while (connection := await super()._get(key, traces)) is not None:
            # The factory makes no others.
            protocol = cast(_Handler, connection.protocol)
            if _is_undisturbed(protocol):
                protocol.is_resting = False
                return connection
            connection.close()
        return None


class _Handler(ResponseHandler):
    """A connection that notices what arrives while it rests."""

    is_resting = False

    def data_received(self, data: bytes) -> None:
        # Empty data only resumes reading.
        if data and self.is_resting:
            self.force_close()
        super().data_received(data)


def _is_undisturbed(protocol: _Handler) -> bool:
    """Return whether nothing arrived, and nothing waits to be read."""
    if protocol.transport is None or protocol.should_close:
        return False
    # The event loop may not have read yet what the server sent, or that it has closed.
    with _Selector() as selector:
        selector.register(
            protocol.transport.get_extra_info("socket"), selectors.EVENT_READ
        )
        return not selector.select(0)
