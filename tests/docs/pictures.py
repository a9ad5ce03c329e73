"""
The pictures of the command, as it draws them from fixed jobs.

`python -m tests.docs.pictures` writes them, for the README and the home page.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from gradient_async import IndexedDataSource, IndexingJob, JobEvent, JobEventKind
from gradient_async.cli.board.cells import Canvas, join_lines
from gradient_async.cli.board.controls import Controls
from gradient_async.cli.board.state import Board
from gradient_async.cli.board.view import View
from gradient_async.cli.commands import demo
from gradient_async.cli.rows import Row
from gradient_async.models import IndexingJobPhase, IndexingJobStatus

STATIC: Final = Path(__file__).parents[2] / "docs" / "_static"
WIDTH: Final = 80
NOW: Final = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
ACCOUNTS: Final = ("acme", "globex", "initech")

# rich's own template loads its font from the network.
_TEMPLATE: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img">
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, monospace }}
.{unique_id}-title {{ font: bold 18px system-ui, sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" \
clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def make_job(
    number: int,
    status: str,
    *,
    seconds: int,
    done: int = 3,
    tokens: int = 0,
    reason: str = "",
) -> IndexingJob:
    """Return a job of three sources, which began some seconds ago."""
    ends = {"completed": "succeeded", "partial": "succeeded", "in_progress": "running"}
    phase = IndexingJobPhase.parse(ends.get(status, status))
    started_at = NOW - timedelta(seconds=seconds)
    failed = IndexedDataSource(error_msg=reason) if reason else IndexedDataSource()
    return IndexingJob(
        uuid=f"{0x5E5C4D1B * number % 2**32:08x}-0000-4000-8000-000000000001",
        knowledge_base_uuid=f"base-{number}",
        phase=phase,
        status=IndexingJobStatus.parse(status),
        created_at=started_at,
        updated_at=NOW,
        started_at=started_at,
        finished_at=NOW if phase is IndexingJobPhase.SUCCEEDED else None,
        completed_datasources=done,
        total_datasources=3,
        total_tokens=tokens,
        data_source_jobs=(failed,),
    )


def draw_board() -> Text:
    """Draw a board of two accounts: jobs that run, and some that have just ended."""
    jobs = [
        ("acme", "price-list", make_job(1, "pending", seconds=2, done=0)),
        ("globex", "support-site", _running(2, seconds=41, done=1, tokens=1_204_511)),
        ("acme", "handbook", _running(3, seconds=75, done=2, tokens=5_730_092)),
        ("acme", "research", make_job(4, "completed", seconds=98, tokens=6_487_425)),
        ("globex", "wiki", _partial(5, seconds=131, tokens=7_549_504)),
    ]
    names = {job.knowledge_base_uuid: base for _, base, job in jobs}
    return _draw(
        [(account, job) for account, _, job in jobs], names, ACCOUNTS[:2], has_keys=True
    )


def _running(number: int, *, seconds: int, done: int, tokens: int) -> IndexingJob:
    return make_job(number, "in_progress", seconds=seconds, done=done, tokens=tokens)


def _partial(number: int, *, seconds: int, tokens: int) -> IndexingJob:
    reason = "timeout: the site was too slow"
    return make_job(
        number, "partial", seconds=seconds, done=2, tokens=tokens, reason=reason
    )


def _draw(
    jobs: list[tuple[str, IndexingJob]],
    names: dict[str, str],
    accounts: tuple[str, ...],
    *,
    has_keys: bool,
) -> Text:
    board = Board()
    for account, job in jobs:
        kind = JobEventKind.ENDED if job.is_finished else JobEventKind.RUNNING
        board.apply(JobEvent(account=account, kind=kind, job=job), 0.0)
    view = View(Canvas(WIDTH, 24, "utf-8"), accounts, has_keys)
    return join_lines(view.lines(board, Controls(names), 0.0))


def print_board(console: Console) -> None:
    """Print the board, below the command that shows it."""
    console.print(draw_board())


def print_demo(console: Console) -> None:
    """Print what `demo` leaves on the screen: the board, the report, what is next."""
    ended = [
        ("initech", make_job(6, "completed", seconds=9, tokens=6_487_425)),
        ("globex", _partial(7, seconds=8, tokens=7_549_504)),
        ("acme", make_job(8, "completed", seconds=6, tokens=8_004_166)),
    ]
    bases = ("research", "support-site", "handbook")
    names = {
        job.knowledge_base_uuid: base
        for (_, job), base in zip(ended, bases, strict=True)
    }
    console.print(_draw(ended, names, ACCOUNTS, has_keys=False))
    rows = [Row(account, job) for account, job in ended]
    older = [
        Row(account, make_job(9, status, seconds=60, tokens=2_912_377))
        for account, failed in zip(ACCOUNTS, (9, 10, 11), strict=True)
        for status in [*["completed"] * 97, *["partial"] * 7, *["failed"] * failed]
    ]
    demo._report(console, [*older, *rows], rows)


PICTURES: Final[dict[str, tuple[str, Callable[[Console], None]]]] = {
    "board.svg": ("gradient-async jobs watch --all", print_board),
    "demo.svg": ("gradient-async demo", print_demo),
}
"""The title and the content of each picture."""


def draw(name: str) -> str:
    """Return a picture as SVG."""
    title, print_content = PICTURES[name]
    console = Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    print_content(console)
    unique_id = name.removesuffix(".svg")
    svg = console.export_svg(title=title, unique_id=unique_id, code_format=_TEMPLATE)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":  # pragma: no cover  (run by hand)
    for picture in PICTURES:
        (STATIC / picture).write_text(draw(picture), "utf-8")
