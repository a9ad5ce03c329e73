"""
The applications of the two sites, with their middlewares.

A request is recorded, then limited (API only), then may get a fault, and is handled
last, where errors become error responses. So a request that is rejected for its token
or by the limits gets no fault, and one that gets a fault has used a slot.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from email.utils import formatdate
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.domain.accounts import Account
from gradient_async.emulator.domain.platform import Platform
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    PLATFORM,
    RECEIVED,
    get_time,
)
from gradient_async.emulator.handlers.responses import (
    api_error_response,
    storage_error_response,
)
from gradient_async.emulator.handlers.retrieval import RETRIEVE, retrieve_chunks
from gradient_async.emulator.handlers.storage import receive_upload, send_report
from gradient_async.emulator.server.fault_injection import (
    CREATE_ERROR,
    ErrorFactory,
    inject_fault,
)
from gradient_async.emulator.server.routes import ROUTES
from gradient_async.emulator.server.state import DECISION, FAULT, STATE, ServerState

# RFC 9110, section 11.1: the names of schemes are case-insensitive.
_BEARER: Final = re.compile(r"bearer +(?P<token>\S+)", re.IGNORECASE)
_ID_HEADER: Final = web.AppKey("id_header", str)


def create_api(platform: Platform, state: ServerState) -> web.Application:
    """Create the application of the API; each start of the server needs a new one."""
    application = _create_application(
        platform,
        state,
        middlewares=[record, limit, inject_fault, map_errors],
        create_error=api_error_response,
        id_header="x-request-id",
    )
    for route in ROUTES:
        # Not `add_get`, which adds HEAD too: the platform's API has no HEAD.
        application.router.add_route(route.method, route.path, route.handler)
    application.router.add_post(RETRIEVE, retrieve_chunks)
    return application


def create_storage(platform: Platform, state: ServerState) -> web.Application:
    """Create the application of the storage site."""
    application = _create_application(
        platform,
        state,
        middlewares=[record_storage, inject_fault, map_errors],
        create_error=storage_error_response,
        id_header="x-amz-request-id",
    )
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
        # After its way to the server: limits and records count from the arrival.
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
        return api_error_response(request, ApiError(401))
    # On the platform, searches go to another host.
    is_search = request.match_info.handler is retrieve_chunks
    if account.limiter is None or is_search:
        return await handler(request)
    # Not the loop's time, which may start again when the server does.
    decision = account.limiter.hit(request.app[PLATFORM].clock.uptime)
    request[DECISION] = decision
    if decision.is_allowed:
        return await handler(request)
    response = api_error_response(request, ApiError(429))
    if decision.retry_after is not None:
        # A difference of floats may exceed the whole second by a rounding error.
        seconds = math.ceil(round(decision.retry_after, 6))
        response.headers["retry-after"] = str(seconds)
    return response


@web.middleware
async def map_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors, including the router's, into the site's error responses."""
    create_error = request.app[CREATE_ERROR]
    try:
        return await handler(request)
    except ApiError as error:
        return create_error(request, error)
    except web.HTTPError as error:
        response = create_error(request, ApiError(error.status))
        if "allow" in error.headers:
            response.headers["allow"] = error.headers["allow"]
        return response


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Record a response's status, and add the site's headers."""
    # In the signal, because faults may replace the response that a middleware sees.
    request[RECEIVED].status = response.status
    clock, headers = request.app[PLATFORM].clock, response.headers
    now = clock.uptime
    headers[request.app[_ID_HEADER]] = request[RECEIVED].request_id
    headers["date"] = formatdate(clock.to_epoch(now, now=now), usegmt=True)
    if decision := request.get(DECISION):
        headers["ratelimit-limit"] = str(decision.limit)
        headers["ratelimit-remaining"] = str(decision.remaining)
        resets_at = clock.to_epoch(decision.resets_at, now=now)
        # Rounded up: a client that waits until then must find a free slot.
        headers["ratelimit-reset"] = str(math.ceil(resets_at))
    if fault := request.get(FAULT):
        # Last, so that a fault can replace any of them.
        headers.update(fault.headers)


@web.middleware
async def record_storage(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Record a request to the storage site on its arrival."""
    traffic = request.app[STATE].storage_traffic
    with traffic.track(request):
        request[RECEIVED] = traffic.record(request, None)
        # Fixes the time now: a URL must be valid when its upload starts.
        get_time(request)
        return await handler(request)


def _create_application(
    platform: Platform,
    state: ServerState,
    *,
    middlewares: Sequence[Middleware],
    create_error: ErrorFactory,
    id_header: str,
) -> web.Application:
    application = web.Application(middlewares=middlewares)
    application[PLATFORM], application[STATE] = platform, state
    application[CREATE_ERROR], application[_ID_HEADER] = create_error, id_header
    application.on_response_prepare.append(add_headers)
    return application


def _find_account(request: web.Request) -> Account | None:
    match = _BEARER.fullmatch(request.headers.get("authorization", ""))
    return match and request.app[PLATFORM].authenticate(match["token"])
