"""Writing jobs as a table."""

from __future__ import annotations

import io
import re

import pytest

from gradient_async.cli.columns import Cell, to_text
from gradient_async.cli.formats.table_format import fit_columns, write_table
from gradient_async.cli.listings.jobs import JOBS_WITH_REASONS

from .samples import ODD, PARTIAL, PENDING, sheet_of, stream_of

COLUMNS = sheet_of().table_columns


async def test_a_pipe_gets_every_column() -> None:
    """Without a terminal all columns are written, and no colours."""
    out = io.StringIO()
    await write_table(stream_of(PARTIAL, PENDING), out, sheet_of())
    heading, partial, pending = out.getvalue().splitlines()

    assert [column.title for column in COLUMNS] == heading.split(maxsplit=7)
    assert [
        "26dc900f-0000-4000-8000-000000000001",
        "partial",
        "2026-10-31T08:05:00Z",
        "0:02:05",
        "1,234,567",
        "1/2",
        "succeeded",
        "99b37aca-0000-4000-8000-000000000002",
    ] == partial.split()
    assert [
        PENDING.uuid,
        "pending",
        "-",
        "-",
        "0",
        "0/0",
        "pending",
        "-",
    ] == pending.split()
    assert heading.index("PHASE") == partial.index("succeeded")


async def test_a_terminal_gets_colours_and_the_columns_that_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A terminal of 80 columns shows the four most important columns, in colour."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    out = io.StringIO()
    await write_table(stream_of(PARTIAL), out, sheet_of())

    assert "TOOK" in out.getvalue()
    assert "TOKENS" not in out.getvalue()
    assert "\x1b[33mpartial" in out.getvalue()


async def test_control_characters_do_not_reach_the_terminal() -> None:
    """Control characters in a response are replaced."""
    out = io.StringIO()
    await write_table(stream_of(ODD), out, sheet_of())

    assert "\x1b" not in out.getvalue()
    assert "odd [2J" in out.getvalue()
    assert "INDEX_JOB_STATUS_ [31mPAUSED" in out.getvalue()


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (0, "uuid"),
        (44, "uuid"),
        (45, "uuid duration_seconds"),
        (48, "uuid duration_seconds"),
        (49, "uuid status"),
        (80, "uuid status created_at duration_seconds"),
        (93, "uuid status created_at duration_seconds total_tokens"),
        (999, " ".join(column.name for column in COLUMNS)),
    ],
)
def test_fit_columns(width: int, expected: str) -> None:
    """As many columns as fit are returned, and always the first one."""
    assert expected.split() == [it.name for it in fit_columns(COLUMNS, width)]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (0, "uuid reason"),
        # 80 columns, with one for accounts.
        (71, "uuid status reason"),
        (92, "uuid status reason"),
        (93, "uuid status created_at reason"),
    ],
)
def test_reasons_fit_where_times_do_not(width: int, expected: str) -> None:
    """However narrow a terminal is, `--why` shows why."""
    columns = JOBS_WITH_REASONS.find(JOBS_WITH_REASONS.table)

    assert expected.split() == [it.name for it in fit_columns(columns, width)]


@pytest.mark.parametrize(
    ("expected", "width", "names"),
    [
        ("ACCOUNT  UUID", 20, ("a",)),
        (
            "ACCOUNT  UUID                                  STATUS       CREATED",
            80,
            ("a",),
        ),
        (
            f"ACCOUNT   UUID{' ' * 34}STATUS          TOOK  SOURCES",
            80,
            ("a", "12345678"),
        ),
        ("ACCOUNT               UUID", 60, ("a", "x" * 21)),
        ("ACCOUNT   UUID", 50, ("\u4e16\u754c\u4e16\u754c",)),
    ],
)
async def test_narrow_terminals_show_the_account(
    expected: str, width: int, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal shows at least account and UUID; the names set the column's width."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    out = io.StringIO()
    await write_table(stream_of(PARTIAL, account=names[0]), out, sheet_of(*names))
    heading, row = re.sub(r"\x1b\[\d*m", "", out.getvalue()).splitlines()

    assert expected == heading.rstrip()
    assert [names[0], PARTIAL.uuid] == row.split()[:2]


async def test_long_names_are_not_cut() -> None:
    """A name longer than the column moves its row, and is still complete."""
    name = "x" * 40
    out = io.StringIO()
    await write_table(stream_of(PARTIAL, account=name), out, sheet_of(name))

    assert f"{name}  {PARTIAL.uuid}  partial" in out.getvalue()


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("-", None),
        ("-", ""),
        ("a b", "a\nb"),
        ("yes", True),
        ("no", False),
        ("1,234", 1234),
        ("0.5", 0.5),
        ("2026-10-31T08:05:00Z", PARTIAL.created_at),
    ],
)
def test_values_for_people(expected: str, value: Cell) -> None:
    """Values are short, and have nothing that moves a cursor."""
    assert expected == to_text(value).plain
