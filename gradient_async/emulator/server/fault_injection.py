"""Faults as they happen to requests and responses."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final, Protocol, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async.emulator.core.faults import Fault
from gradient_async.emulator.handlers.responses import BytesResponse
from gradient_async.emulator.server.state import FAULT, STATE

_CHUNK: Final = 1 << 16


class ErrorFactory(Protocol):
    """Creates the error response for a status."""

    def __call__(self, request: web.Request, status: int, /) -> BytesResponse:
        """Create the response."""
        ...


async def handle_with_fault(
    request: web.Request,
    handler: Handler,
    create_error: ErrorFactory,
    *,
    page: str | None,
    token: str | None,
) -> web.StreamResponse:
    """Handle a request, with the first fault that matches it, if any."""
    fault = request.app[STATE].faults.consume(
        method=request.method, path=request.path, page=page, token=token
    )
    if fault is None:
        return await handler(request)
    request[FAULT] = fault
    return await _apply(request, handler, fault, create_error)


async def _apply(
    request: web.Request, handler: Handler, fault: Fault, create_error: ErrorFactory
) -> web.StreamResponse:
    """Apply a fault to a request that `handler` would have handled."""
    await asyncio.sleep(fault.delay)
    if fault.hang:
        return await _hang()
    if fault.drop:
        await _read_all(request)
        return await _drop(request)
    if fault.drop_after is not None:
        await _read_part(request, fault.drop_after)
        return await _drop(request)
    if fault.lose:
        await handler(request)
        return await _drop(request)
    if fault.has_own_response:
        response = _create_own_response(request, fault, create_error)
    else:
        # All inner handlers and middlewares return a BytesResponse.
        response = cast(BytesResponse, await handler(request))
    if fault.drip is None and fault.cut is None:
        return response
    return await _send_in_parts(request, response, fault)


def _create_own_response(
    request: web.Request, fault: Fault, create_error: ErrorFactory
) -> BytesResponse:
    """Create the response that a fault defines."""
    status = fault.status or HTTPStatus.OK
    if fault.body is not None:
        return BytesResponse(fault.body, status=status, content_type=fault.content_type)
    if status < HTTPStatus.BAD_REQUEST:
        return BytesResponse(b"", status=status)
    return create_error(request, status)


async def _read_all(request: web.Request) -> None:
    """Read a request's body and discard it."""
    # In chunks: `request.read` rejects bodies of more than a megabyte.
    async for _ in request.content.iter_chunked(_CHUNK):
        pass


async def _read_part(request: web.Request, size: int) -> None:
    """Read up to `size` bytes of a request's body and discard them."""
    while size and (chunk := await request.content.read(size)):
        size -= len(chunk)


async def _send_in_parts(
    request: web.Request, response: BytesResponse, fault: Fault
) -> web.StreamResponse:
    """Announce a whole response, and send it slowly or only in part."""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = len(response.content)
    await stream.prepare(request)
    to_send = response.content[: fault.cut]
    step = 1 if fault.drip else max(1, len(to_send))
    for start in range(0, len(to_send), step):
        await asyncio.sleep(fault.drip or 0)
        await stream.write(to_send[start : start + step])
    if len(to_send) < len(response.content):
        return await _drop(request)
    return stream


async def _drop(request: web.Request) -> web.StreamResponse:
    """Close the connection after what has been sent."""
    request.protocol.force_close()
    # Returning would make aiohttp send a response.
    return await _hang()


async def _hang() -> web.StreamResponse:
    """Wait until the handler is cancelled, which the end of its connection does."""
    never: asyncio.Future[web.StreamResponse]
    never = asyncio.get_running_loop().create_future()
    return await never
