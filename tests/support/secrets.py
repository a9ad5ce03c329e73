"""Look for a secret in everything that an error, a log or an object can show."""

from __future__ import annotations

import asyncio
import logging
import pickle
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

import aiohttp
import tenacity

import gradient_async

_LIBRARIES = tuple(
    str(Path(str(library.__file__)).parent)
    for library in (aiohttp, asyncio, gradient_async, tenacity)
)


def texts_of_error(error: BaseException) -> Iterator[str]:
    """Give every text of an error: its own, its causes' and its frames'."""
    for link in _chain(error):
        yield from (str(link), repr(link), repr(link.args), repr(vars(link)))
        yield from getattr(link, "__notes__", ())
        yield from _frames(link.__traceback__)
    yield repr(pickle.dumps(error))


def texts_of_records(records: Iterable[logging.LogRecord]) -> Iterator[str]:
    """Give every text of log records, arguments included."""
    for record in records:
        yield from (record.getMessage(), repr(record.args), repr(vars(record)))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give the error and all that it came from, whether shown or suppressed."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__]


def _frames(where: TracebackType | None) -> Iterator[str]:
    """
    Give the variables of each frame, as crash reporters do.

    Only those of libraries: a test's own frame holds the secret, of course.
    """
    summary = traceback.StackSummary.extract(
        traceback.walk_tb(where), capture_locals=True
    )
    for frame in summary:
        if frame.filename.startswith(_LIBRARIES):
            yield from (frame.locals or {}).values()
