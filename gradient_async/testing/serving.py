"""What the fixture `gradient_emulator` does, by the marks of a test."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final

import pytest

from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import run_in_background
from gradient_async.testing.waits import skip_waits

_OPTIONS: Final = (*inspect.signature(Emulator).parameters, "skip_waits")
# No knowledge base is busy at first, so that a test can start a job in any of them.
_DEFAULTS: Final = {"unfinished": 0, "limits": None, "skip_waits": True}


@contextmanager
def serve(
    marks: Sequence[pytest.Mark], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Emulator]:
    """Run the emulator that some marks describe, and point clients at it."""
    options = _read_marks(marks)
    skips = options.pop("skip_waits")
    emulator = _create(options)
    waits = skip_waits(emulator.advance) if skips else nullcontext()
    with run_in_background(emulator), waits:
        monkeypatch.setenv(BASE_URL_VARIABLE, emulator.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], emulator.token)
        yield emulator


def _read_marks(marks: Sequence[pytest.Mark]) -> dict[str, Any]:
    """Return the options of a test, to which the first mark is the closest."""
    options: dict[str, Any] = dict(_DEFAULTS)
    for mark in reversed(marks):
        _check(mark)
        options |= mark.kwargs
    return options


def _check(mark: pytest.Mark) -> None:
    """Fail the test unless a mark has known keyword arguments only."""
    unknown = [f"{name}=" for name in mark.kwargs if name not in _OPTIONS]
    if wrong := [*map(repr, mark.args), *unknown]:
        known = ", ".join(f"{name}=" for name in _OPTIONS)
        text = f"@pytest.mark.{mark.name} takes no {wrong[0]}; it takes {known}"
        pytest.fail(text, pytrace=False)


def _create(options: dict[str, Any]) -> Emulator:
    try:
        return Emulator(**options)
    except (TypeError, ValueError) as error:
        problem = str(error)
    # Outside, so that the report of the test is this line alone.
    pytest.fail(f"@pytest.mark.gradient_emulator: {problem}", pytrace=False)
