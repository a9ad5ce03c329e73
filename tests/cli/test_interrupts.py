"""Ctrl-C before a command runs."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from gradient_async.cli import application, main


def interrupt(*_: object, **__: object) -> None:
    """Do what Ctrl-C does."""
    raise KeyboardInterrupt


def test_while_the_application_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C in the first moments exits with 130, without a traceback."""
    module = ModuleType("gradient_async.cli.application")
    monkeypatch.setattr(module, "__getattr__", interrupt, raising=False)
    monkeypatch.setitem(sys.modules, module.__name__, module)

    with pytest.raises(SystemExit) as ending:
        main(["--version"])

    assert 130 == ending.value.code
    assert ("", "") == capsys.readouterr()


def test_while_a_command_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the modules of a command are loaded exits with 130."""
    stand_in = SimpleNamespace(parse_commands=interrupt)
    monkeypatch.setattr(application, "app", stand_in)

    assert 130 == application.run(["jobs", "list"])
