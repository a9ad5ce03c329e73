"""A scripted terminal, and rows for boards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from gradient_async.cli.board import live_board
from gradient_async.cli.commands import watch
from tests.support.scripted_screen import ScriptedScreen


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> ScriptedScreen:
    """Make stdout a terminal of 100 columns whose keys are pressed by a script."""
    screen = ScriptedScreen()

    @contextmanager
    def read_keys(on_key: Callable[[str], None]) -> Iterator[None]:
        screen.on_key = on_key
        yield

    # Not `sys.stdout` itself, which pytest sets again before each test.
    monkeypatch.setattr(watch, "sys", SimpleNamespace(stdout=screen))
    monkeypatch.setattr(live_board, "read_keys", read_keys)
    monkeypatch.setattr(live_board, "has_keyboard", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "30")
    return screen
