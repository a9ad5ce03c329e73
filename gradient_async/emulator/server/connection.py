"""Connections, and the responses to requests that the application does not get."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Final, TypeAlias, cast

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.handlers.context import RECEIVED
from gradient_async.emulator.handlers.responses import BytesResponse
from gradient_async.emulator.server.fault_injection import CREATE_ERROR
from gradient_async.emulator.server.state import Traffic

_Reject: TypeAlias = Callable[[web.BaseRequest, ApiError], BytesResponse]
_Handle: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_CONTINUE: Final = "100-continue"


class Connection(web.RequestHandler):
    """
    A connection whose every error is one of the site's, with its kind of body.

    A request that cannot be read is its sender's fault, so it is not logged.
    """

    __slots__ = ("_reject",)

    def __init__(
        self, server: web.Server, *, loop: asyncio.AbstractEventLoop, reject: _Reject
    ) -> None:
        # aiohttp would decompress bodies as they arrive, and end with a status 500, or
        # without a response, where it cannot.
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # documented as none
            auto_decompress=False,
        )
        self._reject = reject

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Create the response to a request that cannot be read, or has failed here."""
        text = None
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            # The other lines show the place in the request.
            detail = (message or "").partition("\n")[0].rstrip(":.")
            text = f"The request is not valid HTTP: {detail}."
        else:
            # Logs the exception, and raises if a response has begun.
            super().handle_error(request, status, exc, message)
        response = self._reject(request, ApiError(status, text))
        response.force_close()
        return response


def create_connections(
    runner: web.AppRunner, traffic: Traffic
) -> Callable[[], Connection]:
    """Return the function that creates the connections of a runner that is set up."""
    server = cast(web.Server, runner.server)
    reject = partial(_reject, traffic, runner.app)
    server.request_handler = partial(_check, server.request_handler, reject)
    loop = asyncio.get_running_loop()
    return partial(Connection, server, loop=loop, reject=reject)


def _reject(
    traffic: Traffic, site: web.Application, request: web.BaseRequest, error: ApiError
) -> BytesResponse:
    """Create the response for an error, and record it with its request."""
    # The runner's server makes no other requests.
    request = cast(web.Request, request)
    if RECEIVED not in request:
        request[RECEIVED] = traffic.record(request, None)
    request[RECEIVED].status = error.status
    return site[CREATE_ERROR](request, error)


async def _check(
    handle: _Handle, reject: _Reject, request: web.BaseRequest
) -> web.StreamResponse:
    """Handle a request, unless its headers make no sense whatever it is for."""
    # aiohttp would reject it before the middlewares, which create the responses.
    if request.headers.get("expect", _CONTINUE).lower() != _CONTINUE:
        return reject(request, ApiError(417, f"Expect can only be {_CONTINUE}."))
    try:
        # The links of lists begin with it.
        request.url.origin()
    except ValueError:
        return reject(request, ApiError(400, "Host is not the name of a host."))
    return await handle(request)
