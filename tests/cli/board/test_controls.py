"""What keys do: select, filter, open, cancel, quit."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.cli.board.controls import Action, Controls, Mode
from gradient_async.cli.board.keys import KeyParser
from gradient_async.cli.board.state import BoardRow
from tests.cli.samples import PARTIAL, PENDING

FIRST = BoardRow(account="acme", job=PARTIAL, ended_at=1.0)
SECOND = BoardRow(account="globex", job=PENDING)
THIRD = BoardRow(account="initech", job=attrs.evolve(PENDING, uuid="c" * 36))
ROWS = [FIRST, SECOND, THIRD]


def pressed(*keys: str, rows: list[BoardRow] = ROWS) -> Controls:
    """Return the controls after some keys."""
    controls = Controls({PARTIAL.knowledge_base_uuid: "handbook"})
    for key in keys:
        controls.press(key, controls.visible(rows))
    return controls


@pytest.mark.parametrize(
    ("expected", "keys"),
    [
        (FIRST, []),
        (SECOND, ["down"]),
        (THIRD, ["j", "j", "j"]),
        (FIRST, ["up"]),
        (SECOND, ["down", "down", "k"]),
        (THIRD, ["/", "i", "n", "i", "enter", "down"]),
    ],
)
def test_arrows_select(expected: BoardRow, keys: list[str]) -> None:
    """The selection moves among the rows that are visible, and stops at the ends."""
    controls = pressed(*keys)

    assert expected == controls.selected(controls.visible(ROWS))


def test_a_selection_stays_with_its_job() -> None:
    """A new job above does not move it; the first is selected when it has left."""
    controls = pressed("down")

    assert SECOND == controls.selected([THIRD, FIRST, SECOND])
    assert FIRST == controls.selected([FIRST, THIRD])
    assert controls.selected([]) is None


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ([FIRST], "HAND"),
        ([FIRST], "acme"),
        ([FIRST], "partial"),
        ([FIRST], "verwehrt"),
        ([FIRST], "26dc"),
        ([SECOND, THIRD], "pending"),
        ([], "nothing"),
        (ROWS, ""),
    ],
)
def test_a_filter_finds_text_anywhere(expected: list[BoardRow], text: str) -> None:
    """Names, ids, phases and reasons count, in any case."""
    assert expected == pressed("/", *text, "enter").visible(ROWS)


def test_a_filter_can_be_corrected_and_removed() -> None:
    """Backspace removes a letter, escape all of them, also later."""
    assert "ab" == pressed("/", "a", "x", "backspace", "b", "up").filter
    assert "" == pressed("/", "a", "escape").filter
    assert "" == pressed("/", "a", "enter", "escape").filter
    assert Mode.LIST is pressed("/", "q", "enter").mode


@pytest.mark.parametrize("key", ["enter", "o"])
def test_details_open_and_close(key: str) -> None:
    """A job opens, arrows change the job, and the same key or escape closes it."""
    assert Mode.DETAILS is pressed(key).mode
    assert Mode.DETAILS is pressed(key, "down").mode
    assert Mode.LIST is pressed(key, key).mode
    assert Mode.LIST is pressed(key, "escape").mode
    assert Mode.LIST is pressed(key, rows=[]).mode


def test_escape_in_details_keeps_the_filter() -> None:
    """Going back is not removing the filter."""
    assert "a" == pressed("/", "a", "enter", "o", "escape").filter


def test_help_opens_and_closes() -> None:
    """The same key, or any other, leads back."""
    assert Mode.HELP is pressed("?").mode
    assert Mode.LIST is pressed("?", "?").mode
    assert Mode.LIST is pressed("?", "x").mode


@pytest.mark.parametrize(
    ("expected", "key"),
    [
        (Action.CANCEL, "y"),
        (Action.CANCEL, "Y"),
        (Action.NONE, "n"),
        (Action.NONE, "q"),
    ],
)
def test_cancelling_asks_first(expected: Action, key: str) -> None:
    """Only `y` cancels; any other key does not, and does nothing else either."""
    controls = pressed("down", "c")
    before = controls.mode

    assert expected is controls.press(key, ROWS)
    assert [Mode.CONFIRM, Mode.LIST] == [before, controls.mode]
    assert SECOND == controls.selected(ROWS)


def test_a_job_that_has_ended_cannot_be_cancelled() -> None:
    """A note says so until the next key; without jobs nothing happens."""
    controls = pressed("c")

    assert (Mode.LIST, "job 26dc900f has ended") == (controls.mode, controls.note)
    controls.press("down", ROWS)
    assert "" == controls.note
    assert Mode.LIST is pressed("c", rows=[]).mode


@pytest.mark.parametrize("keys", [[], ["o"], ["?"], ["/", "a", "enter"]])
def test_q_quits(keys: list[str]) -> None:
    """It quits from everywhere but where a text or a reply is expected."""
    assert Action.QUIT is pressed(*keys).press("q", ROWS)


def test_letters_of_a_filter_are_no_commands() -> None:
    """While a filter is typed, `q` and `c` are letters."""
    controls = pressed("/")

    assert Action.NONE is controls.press("q", ROWS)
    assert Action.NONE is controls.press("c", ROWS)
    assert "qc" == controls.filter


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        (["up", "down", "up", "down"], b"\x1b[A\x1b[B\x1bOA\x1bOB"),
        (["escape"], b"\x1b"),
        (["escape", "q"], b"\x1bq"),
        (["enter", "enter"], b"\r\n"),
        (["backspace", "backspace"], b"\x7f\x08"),
        (["ü", "q"], "üq".encode()),
        ([], b"\x1b[1;5C\x1b[3~\x01\t"),
    ],
)
def test_bytes_are_keys(expected: list[str], data: bytes) -> None:
    """Arrows, letters and a few others have names; what else there is, is ignored."""
    assert expected == KeyParser().feed(data)


def test_a_letter_may_come_in_two_parts() -> None:
    """A letter of several bytes counts once it is complete."""
    parser = KeyParser()

    assert [] == parser.feed("ü".encode()[:1])
    assert ["ü"] == parser.feed("ü".encode()[1:])


@given(st.binary())
def test_no_bytes_are_control_characters(data: bytes) -> None:
    """Whatever a terminal sends, keys can be printed."""
    assert all(key.isprintable() for key in KeyParser().feed(data))


KEYS = ["up", "down", "enter", "escape", "backspace", *"/?cqyon", "ü"]


@given(st.lists(st.sampled_from(KEYS)), st.integers(0, 3))
def test_any_keys_leave_a_row_selected(keys: list[str], count: int) -> None:
    """Whatever is pressed, a row is selected if one is visible, and filters hold."""
    rows = ROWS[:count]
    controls = pressed(*keys, rows=rows)
    visible = controls.visible(rows)

    assert bool(visible) == (controls.selected(visible) is not None)
