"""Writing jobs as a table."""

from __future__ import annotations

import io

import pytest

from gradient_async.cli.table import COLUMNS, fit_columns, write_table

from .samples import ODD, PARTIAL, PENDING, stream_of


async def test_a_pipe_gets_every_column() -> None:
    """Without a terminal all columns are written, and no colours."""
    out = io.StringIO()
    await write_table(stream_of(PARTIAL, PENDING), out)
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
    assert [PENDING.uuid, "pending", "-", "-", "0", "0/0", "pending"] == pending.split()
    assert heading.index("PHASE") == partial.index("succeeded")


async def test_a_terminal_gets_colours_and_the_columns_that_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A terminal of 80 columns shows the four most important columns, in colour."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    out = io.StringIO()
    await write_table(stream_of(PARTIAL), out)

    assert "TOOK" in out.getvalue()
    assert "TOKENS" not in out.getvalue()
    assert "\x1b[33mpartial" in out.getvalue()


async def test_control_characters_do_not_reach_the_terminal() -> None:
    """Control characters in a response are replaced."""
    out = io.StringIO()
    await write_table(stream_of(ODD), out)

    assert "\x1b" not in out.getvalue()
    assert "odd [2J" in out.getvalue()
    assert "INDEX_JOB_STATUS_ [31mPAUSED" in out.getvalue()


@pytest.mark.parametrize(
    ("width", "expected"),
    [(0, 1), (48, 1), (49, 2), (80, 4), (92, 4), (93, 5), (999, 8)],
)
def test_fit_columns(width: int, expected: int) -> None:
    """As many columns as fit are returned, and always the first one."""
    assert expected == len(fit_columns(width))
