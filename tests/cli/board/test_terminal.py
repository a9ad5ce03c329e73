"""The live commands in a terminal: keys, Ctrl-C, widths, and odd terminals."""

from __future__ import annotations

import re

import pytest

from gradient_async.emulator import Emulator
from tests.support.terminal import CTRL_C, Terminal

pytestmark = pytest.mark.gradient_emulator(unfinished=5)

WATCH = ("jobs", "watch")
KEYS = "q quit"


@pytest.mark.parametrize("columns", [80, 120])
def test_keys_of_the_board(gradient_emulator: Emulator, columns: int) -> None:
    """Keys work at once, and the terminal is left as it was."""
    with Terminal(*WATCH, columns=columns) as terminal:
        terminal.wait_for(" running, 0 ended")
        terminal.wait_for("> ")
        terminal.type(b"\x1b[Bo")
        terminal.wait_for("knowledge base")
        terminal.type(b"\x1b")
        terminal.wait_for(KEYS)
        terminal.type(b"/zzz\r")
        terminal.wait_for("hidden by the filter, /zzz")
        terminal.type(b"q")

        assert 0 == terminal.finish()
        assert terminal.is_restored
        lines = terminal.text.splitlines()
        assert columns >= max(map(len, lines))
        assert any(line.endswith("ELAPSED") for line in lines)
        assert KEYS not in terminal.text[-200:]


def test_a_dumb_terminal_gets_lines(gradient_emulator: Emulator) -> None:
    """Where the cursor cannot be moved, nothing is drawn again."""
    with Terminal(*WATCH, TERM="dumb") as terminal:
        terminal.wait_for("  running  ")
        terminal.type(CTRL_C)

        assert 130 == terminal.finish()
        assert b"\x1b" not in terminal.output


def test_no_colours_if_not_wanted(gradient_emulator: Emulator) -> None:
    """NO_COLOR leaves bold and dim text, and no colours."""
    with Terminal(*WATCH, NO_COLOR="1") as terminal:
        terminal.wait_for("> ")
        terminal.type(b"q")

        assert 0 == terminal.finish()
        styles = re.findall(rb"\x1b\[([0-9;]*)m", terminal.output)
        assert {b"0", b"1", b"2"} >= {*styles}


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_terminals_without_unicode(gradient_emulator: Emulator, encoding: str) -> None:
    """Bars are made of characters that the terminal has."""
    with Terminal(*WATCH, PYTHONIOENCODING=encoding) as terminal:
        terminal.wait_for("> ")
        terminal.type(b"q")

        assert 0 == terminal.finish()
        assert b"------" in terminal.output
        assert terminal.output.isascii()


@pytest.mark.parametrize("columns", [80, 120])
def test_the_demo_ends_with_the_next_command(columns: int) -> None:
    """Lists stream by, three jobs end live, one of them partial, and a report."""
    with Terminal("demo", "--speed", "20", columns=columns) as terminal:
        assert 0 == terminal.finish()
        assert terminal.is_restored
        tail = terminal.text.splitlines()[-18:]

    assert "0 running, 3 ended" in terminal.text
    assert "    timeout: the site was too slow" in tail
    assert "gradient-async jobs list --failed --since 7d --why" == tail[-1]
    assert columns >= max(map(len, tail))
