"""Keys of a real terminal: read one by one, and its mode restored."""

from __future__ import annotations

import asyncio
import os
import termios
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from gradient_async.cli.board import keyboard
from gradient_async.cli.board.keyboard import has_keyboard, read_keys


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Make stdin and stdout a terminal, and return its two ends."""
    master, slave = os.openpty()
    with os.fdopen(slave, "r", encoding="utf-8", closefd=False) as file:
        streams = SimpleNamespace(stdin=file, stdout=file)
        monkeypatch.setattr(keyboard, "sys", streams)
        yield master, slave
    os.close(master)
    os.close(slave)


async def typed(master: int, data: bytes, *, count: int) -> list[str]:
    """Return the keys that are read while some bytes are typed."""
    keys: list[str] = []
    enough = asyncio.Event()

    def on_key(key: str) -> None:
        keys.append(key)
        if len(keys) == count:
            enough.set()

    with read_keys(on_key):
        os.write(master, data)
        await enough.wait()
    return keys


async def test_keys_are_read_one_by_one(terminal: tuple[int, int]) -> None:
    """No end of a line is needed, and nothing is echoed."""
    master, slave = terminal
    before = termios.tcgetattr(slave)

    assert ["j", "up", "enter"] == await typed(master, b"j\x1b[A\r", count=3)
    assert before == termios.tcgetattr(slave)


async def test_the_mode_is_restored_after_an_error(terminal: tuple[int, int]) -> None:
    """Whatever ends the reading, the terminal echoes and suspends again."""
    _, slave = terminal
    before = termios.tcgetattr(slave)
    with pytest.raises(KeyboardInterrupt), read_keys(print):
        during = termios.tcgetattr(slave)
        raise KeyboardInterrupt

    assert b"\0" == during[-1][termios.VSUSP] != before[-1][termios.VSUSP]
    assert not during[3] & (termios.ECHO | termios.ICANON)
    assert before == termios.tcgetattr(slave)


async def test_the_end_of_input_ends_the_keys(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal at its end is not read again and again."""
    master, slave = terminal
    monkeypatch.setattr(keyboard, "os", SimpleNamespace(read=lambda *_: b""))
    with read_keys(print):
        os.write(master, b"x")
        await asyncio.sleep(1)

        assert not asyncio.get_running_loop().remove_reader(slave)


async def test_without_a_terminal_there_are_no_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pipe, a closed stdin, or Windows: nothing is read, and nothing fails."""
    monkeypatch.setattr("sys.stdin", None)
    with read_keys(print):
        assert not has_keyboard()


def test_there_are_no_keys_on_windows(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where terminals have no modes, no key is read."""
    assert has_keyboard()

    monkeypatch.setattr(keyboard, "find_spec", lambda _: None)
    assert not has_keyboard()
