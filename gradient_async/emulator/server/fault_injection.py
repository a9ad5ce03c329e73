"""Faults as they happen to requests and responses."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeAlias, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.faults import Fault
from gradient_async.emulator.handlers.context import ACCOUNT
from gradient_async.emulator.handlers.responses import BytesResponse
from gradient_async.emulator.server.routes import PAGED_PATHS
from gradient_async.emulator.server.state import FAULT, STATE

ErrorFactory: TypeAlias = Callable[[web.Request, ApiError], BytesResponse]
"""Creates the response for a request and its error."""

CREATE_ERROR: Final[web.AppKey[ErrorFactory]] = web.AppKey("create_error")
"""How an application writes errors."""

_CHUNK: Final = 1 << 16


@web.middleware
async def inject_fault(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Handle a request with the first fault that matches it, if any."""
    account = request.get(ACCOUNT)
    fault = request.app[STATE].faults.consume(
        method=request.method,
        path=request.path,
        # A list request that names no page is one for the first.
        page=request.query.get("page", "1") if _is_list(request) else None,
        token=account and account.token,
    )
    if fault is None:
        return await handler(request)
    request[FAULT] = fault
    return await _apply(request, handler, fault)


async def _apply(
    request: web.Request, handler: Handler, fault: Fault
) -> web.StreamResponse:
    # First, so that a delay can be combined with every other effect but `hang`.
    await asyncio.sleep(fault.delay)
    if fault.hang:
        return await _hang()
    if fault.drop or fault.drop_after is not None:
        await _read_body(request, sys.maxsize if fault.drop else fault.drop_after or 0)
        return await _drop(request)
    if fault.lose:
        await handler(request)
        return await _drop(request)
    if fault.has_own_response:
        response = _create_own_response(request, fault)
    else:
        # All inner handlers and middlewares return a BytesResponse.
        response = cast(BytesResponse, await handler(request))
    if fault.drip is None and fault.cut is None:
        return response
    return await _send_in_parts(request, response, fault)


def _create_own_response(request: web.Request, fault: Fault) -> BytesResponse:
    status = fault.status or HTTPStatus.OK
    if fault.body is not None:
        return BytesResponse(fault.body, status=status, content_type=fault.content_type)
    if status < HTTPStatus.BAD_REQUEST:
        return BytesResponse(b"", status=status)
    return request.app[CREATE_ERROR](request, ApiError(status))


async def _read_body(request: web.Request, limit: int) -> None:
    """Read up to `limit` bytes of a request's body and discard them."""
    # In chunks: `request.read` rejects bodies of more than a megabyte.
    while limit and (chunk := await request.content.read(min(limit, _CHUNK))):
        limit -= len(chunk)


async def _send_in_parts(
    request: web.Request, response: BytesResponse, fault: Fault
) -> web.StreamResponse:
    """Announce a whole response, and send it slowly or only in part."""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = len(response.content)
    await stream.prepare(request)
    to_send = response.content[: fault.cut]
    # `range` needs a step above 0, even if nothing is to be sent.
    step = 1 if fault.drip else max(1, len(to_send))
    for start in range(0, len(to_send), step):
        await asyncio.sleep(fault.drip or 0)
        await stream.write(to_send[start : start + step])
    if len(to_send) < len(response.content):
        return await _drop(request)
    return stream


async def _drop(request: web.Request) -> web.StreamResponse:
    request.protocol.force_close()
    # Returning would make aiohttp send a response.
    return await _hang()


async def _hang() -> web.StreamResponse:
    """Wait until the handler is cancelled, which the end of its connection does."""
    never: asyncio.Future[web.StreamResponse] = asyncio.Future()
    return await never


def _is_list(request: web.Request) -> bool:
    """Whether a request is for a page of a list."""
    resource = request.match_info.route.resource
    if request.method != "GET" or resource is None:
        return False
    return resource.canonical in PAGED_PATHS
