"""What handlers read from a request."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from gradient_async.emulator.http.messages import Message
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.state import MOMENT, RECEIVED, STATE

_COUNTING_NUMBER: Final = re.compile("[1-9][0-9]{0,8}")
_PER_PAGE: Final = 20
_MOST_PER_PAGE: Final = 200
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


def now(request: web.Request) -> int:
    """Give the one moment at which a request is carried out: that of the first look."""
    # Looking at a job and cancelling it must not fall on both sides of its end.
    if MOMENT not in request:
        request[MOMENT] = request.app[STATE].clock.now
    return request[MOMENT]


async def read_message(request: web.Request) -> Message:
    """Read the body of a request, and note it in its record."""
    body = await request.read()
    request[RECEIVED].body = body
    return Message.parse(body)


def read_page(request: web.Request) -> tuple[int, int]:
    """
    Read which page of a list is wanted, and how large pages are.

    `page` counts from 1, which is the default; `per_page` is 20 by default, and more
    than 200 means 200.

    Raises:
        RefusalError: One of them is no whole number from 1 to 999,999,999.
    """
    page = _counting_number(request, "page", 1)
    per_page = _counting_number(request, "per_page", _PER_PAGE)
    return page, min(per_page, _MOST_PER_PAGE)


def read_flag(request: web.Request, name: str) -> bool:
    """
    Read a parameter that is true or false, which is the default.

    Raises:
        RefusalError: It is neither.
    """
    text = request.query.get(name, "false").lower()
    if text not in _FLAGS:
        raise RefusalError(400, f"{name} is true or false.")
    return _FLAGS[text]


def _counting_number(request: web.Request, name: str, default: int) -> int:
    """Read a parameter that counts from 1."""
    text = request.query.get(name, str(default))
    if not _COUNTING_NUMBER.fullmatch(text):
        raise RefusalError(400, "page and per_page count from 1.")
    return int(text)
