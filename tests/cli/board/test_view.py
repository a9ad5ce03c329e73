"""What a board looks like: it fits into the terminal, whatever the server says."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from gradient_async import IndexingJob, JobEvent, JobEventKind
from gradient_async.cli.board.cells import Canvas
from gradient_async.cli.board.columns import Layout
from gradient_async.cli.board.controls import Controls, Mode
from gradient_async.cli.board.state import Board
from gradient_async.cli.board.view import View, window
from tests.cli.samples import ODD, PARTIAL, PENDING

NAMES = {PARTIAL.knowledge_base_uuid: "handbook-of-the-company"}


def board_of(*jobs: IndexingJob, account: str = "acme") -> Board:
    """Return a board with jobs."""
    board = Board()
    for job in jobs:
        kind = JobEventKind.ENDED if job.is_finished else JobEventKind.RUNNING
        board.apply(JobEvent(account=account, kind=kind, job=job), 0)
    return board


def draw(
    board: Board,
    *,
    width: int = 80,
    height: int = 24,
    encoding: str = "utf-8",
    accounts: tuple[str, ...] = ("acme",),
    controls: Controls | None = None,
    has_keys: bool = True,
) -> list[str]:
    """Return the lines of a board, without colours."""
    view = View(Canvas(width, height, encoding), accounts, has_keys)
    lines = view.lines(board, controls or Controls(NAMES), 0)
    assert all(line.cell_len <= width for line in lines)
    assert len(lines) < max(height, 7)
    return [line.plain.rstrip() for line in lines]


def test_a_board_of_80_columns() -> None:
    """Everything that counts fits into 80 columns."""
    expected = [
        "1 running, 1 ended",
        "  ACCOUNT  JOB       BASE         PHASE                DONE     TOKENS   ELAP",
        "> acme     26dc900f  handbook-o…  partial     ━━━╌╌╌    1/2  1,234,567   0:02",
        "    Zugriff verwehrt: ü",
        "  acme     8cf9ddd7               pending     ╌╌╌╌╌╌    0/0          0       ",
        "enter open  / filter  c cancel  ? help  q quit",
    ]

    assert expected == [line[:77] for line in draw(board_of(PARTIAL, PENDING))]


def test_a_board_of_120_columns() -> None:
    """Names and bars become longer."""
    lines = draw(board_of(PARTIAL), width=120, accounts=(), has_keys=False)

    titles = ["JOB", "BASE", "PHASE", "DONE", "TOKENS", "ELAPSED"]
    assert ["0 running, 1 ended", titles] == [lines[0], lines[1].split()]
    assert 110 == len(lines[1])
    assert lines[2].startswith("  26dc900f  handbook-of-the-company  ")
    assert "    Zugriff verwehrt: ü" == lines[3]
    assert 4 == len(lines)


def test_a_narrow_terminal_names_what_it_leaves_out() -> None:
    """The job, its phase and its sources remain."""
    lines = draw(board_of(PARTIAL), width=40)

    assert "  ACCOUNT  JOB       PHASE        DONE" == lines[1]
    assert "too narrow for base, tokens, elapsed" in lines[-2]


def test_consoles_without_unicode_get_other_characters() -> None:
    """Bars, ellipses and names are made of characters that the console has."""
    lines = draw(board_of(PARTIAL), encoding="ascii")
    text = "\n".join(lines)

    assert "###---" in text
    assert r"verwehrt: \xfc" in text
    assert text.isascii()


def test_a_large_board_shows_what_is_selected() -> None:
    """If not all lines fit, those around the selection are shown."""
    jobs = [attrs.evolve(PENDING, uuid=f"{n:08d}") for n in range(100)]
    board = board_of(*jobs)
    controls = Controls()
    rows = board.rows(0)
    for _ in range(50):
        controls.press("down", rows)
    lines = draw(board, height=12, controls=controls)

    assert 11 == len(lines)
    assert any(line.startswith("> acme     00000050") for line in lines)
    assert lines[-1].startswith("enter open")


def test_troubles_notes_and_questions_are_lines_below() -> None:
    """The foot has what is wrong, a note, and what keys do now."""
    board = board_of(PENDING)
    board.troubles = {"globex": "no \x1b access", "": "down"}
    noted = Controls(note="cancelled 42")
    confirm, typing = Controls(mode=Mode.CONFIRM), Controls(mode=Mode.FILTER)

    assert [
        "account: down",
        "globex: no   access",
        "cancelled 42",
        "enter open  / filter  c cancel  ? help  q quit",
    ] == draw(board, controls=noted)[-4:]
    assert "? y, or any other key for no" in draw(board, controls=confirm)[-1]
    assert "filter: _" in draw(board, controls=typing)[-1]
    assert draw(board, controls=typing)[0].endswith(", /")


def test_a_filter_says_how_many_it_hides() -> None:
    """A list that is filtered does not look complete."""
    lines = draw(board_of(PARTIAL, PENDING), controls=Controls(NAMES, filter="x-y"))

    assert "1 running, 1 ended, 2 hidden by the filter, /x-y" == lines[0]
    assert "  no jobs to show" == lines[2]


def test_undeclared_and_deleted_states_are_shown() -> None:
    """A word of the server that is unknown is shown as it came, cut to its column."""
    board = board_of(ODD)
    gone = IndexingJob(uuid=PENDING.uuid, phase=PENDING.phase)
    board.apply(JobEvent(kind=JobEventKind.ENDED, job=gone), 0)
    text = "\n".join(draw(board))

    assert "odd [2J " in text
    assert "deleted" in text
    assert "\x1b" not in text


def test_millions_of_tokens_are_rounded() -> None:
    """A number that is too long for its column is shown in millions."""
    job = attrs.evolve(PARTIAL, total_tokens=98_765_432_100)

    assert "98,765M" in draw(board_of(job))[2]


def test_help_lists_the_keys() -> None:
    """The help has a line for each key."""
    lines = View(Canvas(80, 24, "utf-8")).help_lines()

    assert ["up,", "enter,", "/", "c", "escape", "q", "?"] == [
        line.plain.split()[0] for line in lines
    ]


ANY_TEXT = st.text(max_size=60)


@given(
    st.builds(
        IndexingJob,
        uuid=ANY_TEXT,
        knowledge_base_uuid=ANY_TEXT,
        total_tokens=st.integers(0, 2**63),
        completed_datasources=st.integers(0, 10**6),
        total_datasources=st.integers(0, 10**6),
    ),
    ANY_TEXT,
    st.integers(30, 150),
    st.integers(8, 30),
    st.sampled_from(["utf-8", "cp1252", "ascii"]),
)
def test_any_text_fits(
    job: IndexingJob, name: str, width: int, height: int, encoding: str
) -> None:
    """No line is wider than the terminal, or has what it cannot show."""
    controls = Controls({job.knowledge_base_uuid: name})
    lines = draw(
        board_of(job, account=name),
        width=width,
        height=height,
        encoding=encoding,
        accounts=(name,),
        controls=controls,
    )

    assert all(line.isprintable() and line.encode(encoding) for line in lines)


@given(st.integers(1, 200), st.integers(0, 40))
def test_any_layout_fits(width: int, account: int) -> None:
    """Columns never need more than the terminal has, down to 33 columns."""
    layout = Layout.fit(width, account)
    total = sum(layout.widths.values()) + 2 * (len(layout.widths) - 1)

    assert total <= max(width, 31)


@given(st.integers(1, 50), st.integers(0, 49), st.integers(1, 60))
def test_a_window_has_its_focus(count: int, focus: int, height: int) -> None:
    """As many lines as fit are shown, with the one in focus."""
    focus = min(focus, count - 1)
    shown = window([Text(str(n)) for n in range(count)], focus, height)

    assert min(count, height) == len(shown)
    assert str(focus) in [line.plain for line in shown]
