"""What handlers know of a request, and what they read from it."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from gradient_async.emulator.core.compression import decompress
from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.records import ReceivedRequest
from gradient_async.emulator.domain.accounts import Account
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import KnowledgeBase
from gradient_async.emulator.domain.platform import Platform

PLATFORM: Final = web.AppKey("platform", Platform)
"""The platform that an application serves."""

RECEIVED: Final = web.RequestKey("received", ReceivedRequest)
"""The record of a request."""

ACCOUNT: Final = web.RequestKey("account", Account)
"""The account of a request's token, if the token is known."""

_TIME: Final = web.RequestKey("time", int)
# Nine digits at most: Python refuses to convert strings of thousands of them.
_COUNTING_NUMBER: Final = re.compile("[0-9]{1,9}", re.ASCII)
_DEFAULT_PER_PAGE: Final = 20
_MAX_PER_PAGE: Final = 200
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def get_time(request: web.Request) -> int:
    """Return the time at which a request is carried out, fixed at the first call."""
    # Reading a job and cancelling it must not fall on either side of its end.
    if _TIME not in request:
        request[_TIME] = request.app[PLATFORM].clock.now
    return request[_TIME]


async def read_message(request: web.Request) -> Message:
    """Read the body of a request, and record it."""
    encoding = request.headers.get("content-encoding", "")
    body = decompress(await request.read(), encoding)
    request[RECEIVED].body = body
    return Message.parse(body)


def read_page(request: web.Request, *, size_name: str = "per_page") -> tuple[int, int]:
    """
    Return the page of a list to serve, and the number of items per page.

    `page` counts from 1, the default; `per_page` is 20 by default and 200 at most. 0
    means the default, as in protobuf; a number outside 0 to 999,999,999 raises an
    `ApiError`.
    """
    page = _counting_number(request, "page", 1)
    per_page = _counting_number(request, size_name, _DEFAULT_PER_PAGE)
    return page, min(per_page, _MAX_PER_PAGE)


def read_boolean(request: web.Request, name: str) -> bool:
    """Return a boolean query parameter, false by default, or raise an `ApiError`."""
    text = request.query.get(name, "false").lower()
    if text not in _BOOLEANS:
        raise ApiError(400, f"{name} is true or false.")
    return _BOOLEANS[text]


def find_knowledge_base(
    request: web.Request, name: str = "knowledge_base_uuid"
) -> KnowledgeBase:
    """Return the knowledge base in the path, or raise an `ApiError`."""
    return request[ACCOUNT].get_knowledge_base(request.match_info[name])


def _counting_number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not _COUNTING_NUMBER.fullmatch(text):
        raise ApiError(400, "page and per_page count from 1.")
    return int(text) or default
