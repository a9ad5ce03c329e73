"""
The applications of the two sites, with their middlewares.

A request is recorded, then limited (API only), then may get a fault, and is handled
last, where errors become error responses. So a request that is rejected for its token
or by the limits gets no fault, and one that gets a fault has used a slot.
"""

from __future__ import annotations

import asyncio
import math
import re
from email.utils import formatdate
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async.emulator.core.errors import ApiError, StorageError
from gradient_async.emulator.domain.accounts import Account
from gradient_async.emulator.domain.platform import Platform
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    PLATFORM,
    RECEIVED,
    get_time,
)
from gradient_async.emulator.handlers.responses import (
    error_response,
    storage_error_response,
    xml_response,
)
from gradient_async.emulator.handlers.storage import receive_upload, send_report
from gradient_async.emulator.server.fault_injection import CREATE_ERROR, inject_fault
from gradient_async.emulator.server.routes import ROUTES
from gradient_async.emulator.server.state import DECISION, FAULT, STATE, ServerState

_BEARER: Final = re.compile(r"bearer +(?P<token>\S+)", re.IGNORECASE)


def create_api(platform: Platform, state: ServerState) -> web.Application:
    """Create the application of the API; each start of the server needs a new one."""
    application = web.Application(middlewares=[record, limit, inject_fault, map_errors])
    application[PLATFORM], application[STATE] = platform, state
    application[CREATE_ERROR] = error_response
    application.on_response_prepare.append(add_headers)
    for route in ROUTES:
        # Not `add_get`, which adds HEAD too: the platform's API has no HEAD.
        application.router.add_route(route.method, route.path, route.handler)
    return application


def create_storage(platform: Platform, state: ServerState) -> web.Application:
    """Create the application of the storage site."""
    middlewares = [record_storage, inject_fault, map_storage_errors]
    application = web.Application(middlewares=middlewares)
    application[PLATFORM], application[STATE] = platform, state
    application[CREATE_ERROR] = storage_error_response
    application.on_response_prepare.append(add_storage_headers)
    application.router.add_put("/uploads/{object_key}", receive_upload)
    application.router.add_get("/reports/{uuid}.csv", send_report, allow_head=False)
    return application


@web.middleware
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Record a request on its arrival; latency delays it and its response."""
    state = request.app[STATE]
    with state.traffic.track(request):
        await state.network.transfer()
        account = _find_account(request)
        index = None
        if account is not None:
            request[ACCOUNT], index = account, account.index
        request[RECEIVED] = state.traffic.record(request, index)
        response = await handler(request)
        await state.network.transfer()
        return response


@web.middleware
async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Reject requests without a known token, and those above the rate limit."""
    account = request.get(ACCOUNT)
    if account is None:
        # Limits belong to tokens, so there is none to count against.
        return error_response(request, 401)
    if account.limiter is None:
        return await handler(request)
    decision = account.limiter.hit(request[RECEIVED].at)
    request[DECISION] = decision
    if decision.is_allowed:
        return await handler(request)
    response = error_response(request, 429)
    if decision.retry_after is not None:
        # A difference of floats may exceed the whole second by a rounding error.
        seconds = math.ceil(round(decision.retry_after, 6))
        response.headers["retry-after"] = str(seconds)
    return response


@web.middleware
async def map_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors, including the router's, into the API's error responses."""
    try:
        return await handler(request)
    except ApiError as error:
        return error_response(request, error.status, error.message)
    except web.HTTPError as error:
        response = error_response(request, error.status)
        if "allow" in error.headers:
            response.headers["allow"] = error.headers["allow"]
        return response


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Record a response's status, and add the platform's headers."""
    now = asyncio.get_running_loop().time()
    headers = response.headers
    headers["x-request-id"] = request[RECEIVED].request_id
    if decision := request.get(DECISION):
        headers["ratelimit-limit"] = str(decision.limit)
        headers["ratelimit-remaining"] = str(decision.remaining)
        clock = request.app[PLATFORM].clock
        resets_at = clock.to_epoch(decision.resets_at, now=now)
        headers["ratelimit-reset"] = str(math.ceil(resets_at))
    _complete_headers(request, response, now)


@web.middleware
async def record_storage(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Record a request to the storage site on its arrival."""
    traffic = request.app[STATE].storage_traffic
    with traffic.track(request):
        request[RECEIVED] = traffic.record(request, None)
        # Fixes the time now: a URL must be valid when its upload starts.
        get_time(request)
        return await handler(request)


@web.middleware
async def map_storage_errors(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Turn errors, including the router's, into the object store's responses."""
    try:
        return await handler(request)
    except StorageError as error:
        return xml_response(error)
    except web.HTTPError as error:
        return storage_error_response(request, error.status)


async def add_storage_headers(
    request: web.Request, response: web.StreamResponse
) -> None:
    """Record a response's status, and add the object store's headers."""
    now = asyncio.get_running_loop().time()
    response.headers["x-amz-request-id"] = request[RECEIVED].request_id
    _complete_headers(request, response, now)


def _complete_headers(
    request: web.Request, response: web.StreamResponse, now: float
) -> None:
    """Record the status, and add the date and a fault's headers, which come last."""
    request[RECEIVED].status = response.status
    date = request.app[PLATFORM].clock.to_epoch(now, now=now)
    response.headers["date"] = formatdate(date, usegmt=True)
    if fault := request.get(FAULT):
        response.headers.update(fault.headers)


def _find_account(request: web.Request) -> Account | None:
    match = _BEARER.fullmatch(request.headers.get("authorization", ""))
    return match and request.app[PLATFORM].find_account(match["token"])
