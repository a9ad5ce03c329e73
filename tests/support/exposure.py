"""Everything that a crash reporter would send of an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from traceback import TracebackException

import gradient_async

_PACKAGE = Path(gradient_async.__file__).parent


def exposed(error: BaseException, *, folder: Path = _PACKAGE) -> str:
    """
    Give an error's texts, and the variables of its traceback's frames, as one text.

    Only of frames below `folder`: a caller's own variables are the caller's business.
    """
    return "\n".join(_texts(error, folder))


def _texts(error: BaseException, folder: Path) -> Iterator[str]:
    yield str(error)
    yield repr(error)
    yield repr(error.args)
    yield repr(vars(error))
    report = TracebackException.from_exception(error, capture_locals=True)
    for frame in report.stack:
        if folder in Path(frame.filename).parents:
            yield from (frame.locals or {}).values()
    for origin in (error.__cause__, error.__context__):
        if origin is not None:
            yield from _texts(origin, folder)
