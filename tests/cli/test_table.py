"""Writing jobs for people."""

from __future__ import annotations

import io

import pytest

from gradient_async.cli.table import COLUMNS, fit, write_table

from .samples import ODD, PARTIAL, PENDING, arriving


async def test_a_pipe_gets_every_column() -> None:
    """Without a terminal no column is left out, and nothing is coloured."""
    out = io.StringIO()
    await write_table(arriving(PARTIAL, PENDING), out)
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


async def test_a_terminal_gets_colours_and_what_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a terminal of 80 columns the important four are shown, in colour."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    out = io.StringIO()
    await write_table(arriving(PARTIAL), out)

    assert "TOOK" in out.getvalue()
    assert "TOKENS" not in out.getvalue()
    assert "\x1b[33mpartial" in out.getvalue()


async def test_texts_of_others_cannot_steer_the_terminal() -> None:
    """Control characters in an answer are not passed on."""
    out = io.StringIO()
    await write_table(arriving(ODD), out)

    assert "\x1b" not in out.getvalue()
    assert "odd [2J" in out.getvalue()
    assert "INDEX_JOB_STATUS_ [31mPAUSED" in out.getvalue()


@pytest.mark.parametrize(
    ("width", "expected"),
    [(0, 1), (48, 1), (49, 2), (80, 4), (92, 4), (93, 5), (999, 8)],
)
def test_fits_columns_to_a_width(width: int, expected: int) -> None:
    """As many columns as fit are shown, and the first one always."""
    assert expected == len(fit(width))
