"""Every text that an error or a log record can show, to search for a secret."""

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
    """Yield every text of an error, its causes and their frames."""
    for link in _chain(error):
        yield from (str(link), repr(link), repr(link.args), repr(vars(link)))
        yield from getattr(link, "__notes__", ())
        yield from _frames(link.__traceback__)
    yield repr(pickle.dumps(error))


def texts_of_records(records: Iterable[logging.LogRecord]) -> Iterator[str]:
    """Yield every text of log records, including their arguments."""
    for record in records:
        yield from (record.getMessage(), repr(record.args), repr(vars(record)))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, its causes and contexts, suppressed ones included."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__]
            if isinstance(link, BaseExceptionGroup):
                waiting += link.exceptions


def _frames(where: TracebackType | None) -> Iterator[str]:
    """
    Yield the local variables of each frame, as crash reporters show them.

    Frames of tests are left out, because they hold the secret legitimately.
    """
    summary = traceback.StackSummary.extract(
        traceback.walk_tb(where), capture_locals=True
    )
    for frame in summary:
        if frame.filename.startswith(_LIBRARIES):
            yield from (frame.locals or {}).values()
