"""What happens to every request on its way to a handler, outermost first."""

from __future__ import annotations

import asyncio
import math
import re
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.http.answers import add_headers, error_answer
from gradient_async.emulator.http.delivery import meet_fault
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.routes import PAGED
from gradient_async.emulator.state import ACCOUNT, RECEIVED, STATE, VERDICT

_BEARER: Final = re.compile(r"bearer +(?P<token>\S+)", re.IGNORECASE)


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Record a request when it has covered the way to the server."""
    state = request.app[STATE]
    with state.traffic.carry(request):
        await state.network.travel()
        account = _find_account(request)
        index = None
        if account is not None:
            request[ACCOUNT], index = account, account.index
        request[RECEIVED] = state.traffic.record(request, index)
        response = await handler(request)
        await state.network.travel()
        return response


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away requests without a known token, and those above the limits."""
    account = request.get(ACCOUNT)
    if account is None:
        return error_answer(request, 401)
    if account.limiter is None:
        return await handler(request)
    verdict = account.limiter.hit(request[RECEIVED].at)
    request[VERDICT] = verdict
    if verdict.allowed:
        return await handler(request)
    answer = error_answer(request, 429)
    if verdict.retry_after is not None:
        # The float is a difference, and may be a hair above the whole second.
        seconds = math.ceil(round(verdict.retry_after, 6))
        answer.headers["retry-after"] = str(seconds)
    return answer


@web.middleware
async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the first fault that matches happen to a request."""
    return await meet_fault(
        request,
        handler,
        error_answer,
        page=request.query.get("page", "1") if _is_list(request) else None,
        token=request[ACCOUNT].token,
    )


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give refusals the bodies of the API, the router's own among them."""
    try:
        return await handler(request)
    except RefusalError as error:
        return error_answer(request, error.status, error.message)
    except web.HTTPError as error:
        answer = error_answer(request, error.status)
        if "allow" in error.headers:
            answer.headers["allow"] = error.headers["allow"]
        return answer


async def complete(request: web.Request, response: web.StreamResponse) -> None:
    """Note the status of an answer, and add its headers, as it leaves."""
    now = asyncio.get_running_loop().time()
    request[RECEIVED].status = response.status
    add_headers(request, response, request.app[STATE].clock, now)


def _find_account(request: web.Request) -> Account | None:
    """Give the account that a request's bearer token belongs to."""
    match = _BEARER.fullmatch(request.headers.get("authorization", ""))
    return match and request.app[STATE].find_account(match["token"])


def _is_list(request: web.Request) -> bool:
    """Tell whether a request asks for a page of a list."""
    resource = request.match_info.route.resource
    if request.method != "GET" or resource is None:
        return False
    return resource.canonical in PAGED
