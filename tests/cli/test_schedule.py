"""The commands for schedules."""

from __future__ import annotations

import json

import pytest

from gradient_async.cli.application import run
from gradient_async.cli.commands.schedule import parse_days
from gradient_async.cli.listings.schedules import name_day
from gradient_async.emulator import Emulator

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def base(server: Emulator) -> str:
    """Return the name of a knowledge base without a schedule."""
    return str(server.knowledge_bases()[0]["name"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon", [1]),
        ("Mon, sun", [1, 7]),
        ("weekdays,sat", [1, 2, 3, 4, 5, 6]),
        ("daily", [1, 2, 3, 4, 5, 6, 7]),
        ("0,7,3", [0, 7, 3]),
    ],
)
def test_days(text: str, expected: list[int]) -> None:
    """Days are names, groups, or numbers as in cron."""
    assert expected == parse_days(text)


@pytest.mark.parametrize("text", ["", "monkey", "8", "mon,", "-1", "²"])
def test_invalid_days(text: str) -> None:
    """Anything else is refused, with the names there are."""
    with pytest.raises(ValueError, match="is no day: use mon, tue"):
        parse_days(text)


def test_names_of_days() -> None:
    """Sunday is 0 and 7; a number that is no day is shown as it is."""
    assert ["sun", "mon", "sun", "8", "-1"] == [name_day(it) for it in (0, 1, 7, 8, -1)]


def test_sets_and_shows_a_schedule(base: str, capsys: Capture) -> None:
    """What was set is what `get` shows."""
    assert 0 == run(["schedule", "set", base, "--days", "mon,thu", "--time", "06:30"])
    shown = capsys.readouterr()
    assert 0 == run(["schedule", "get", base])
    assert shown == capsys.readouterr()
    assert "mon,thu" in shown.out
    assert "06:30:00" in shown.out
    assert not shown.err


def test_replaces_a_schedule(base: str, capsys: Capture) -> None:
    """Setting it again replaces it, and says what was set before."""
    assert 0 == run(["schedule", "set", base, "--days", "daily", "--time", "06:30"])
    capsys.readouterr()
    code = run(["schedule", "set", base, "--days", "6", "--time", "7:30"])
    assert 2 == code
    assert "time must look like 06:30" in capsys.readouterr().err

    arguments = ["--days", "6", "--days", "sun", "--time", "07:30", "-o", "json"]
    assert 0 == run(["schedule", "set", base, *arguments])
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert ([6, 7], "07:30:00") == (found["days"], found["time"])
    expected = "removed the schedule that was set: mon,tue,wed,thu,fri,sat,sun 06:30:00"
    assert f"{expected}\n" == captured.err


def test_removes_a_schedule(server: Emulator, base: str, capsys: Capture) -> None:
    """Removing it leaves none."""
    assert 0 == run(["schedule", "set", base, "--days", "daily", "--time", "06:30"])
    capsys.readouterr()

    assert 0 == run(["schedule", "remove", base])
    uuid = server.knowledge_bases()[0]["uuid"]
    assert ("", f"removed the schedule of {uuid}\n") == capsys.readouterr()
    for command in ("get", "remove"):
        assert 4 == run(["schedule", command, base])
        expected = f"error: there is no schedule of the knowledge base {base!r}. "
        assert capsys.readouterr().err.startswith(expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--days", "monkey", "--time", "06:30"], "--days: 'monkey' is no day"),
        (["--time", "06:30"], "--days"),
        (["--days", "mon"], "--time"),
    ],
)
def test_invalid_schedules(
    server: Emulator, base: str, options: list[str], expected: str, capsys: Capture
) -> None:
    """Invalid usage exits with 2 and one line; nothing is sent."""
    assert 2 == run(["schedule", "set", base, *options])
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line
    assert not server.requests
