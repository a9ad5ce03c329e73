"""What a client must not leave behind."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

_FDS = Path("/proc/self/fd")
_STATM = Path("/proc/self/statm")


def other_tasks() -> set[asyncio.Task[Any]]:
    """Return all tasks but the current one."""
    return asyncio.all_tasks() - {asyncio.current_task()}


def count_fds() -> int:
    """Return the number of open file descriptors; 0 where that is not known."""
    return len([*_FDS.iterdir()]) if _FDS.exists() else 0


def measure_memory() -> int:
    """Return the resident memory in bytes; 0 where that is not known."""
    pages = _STATM.read_text().split()[1] if _STATM.exists() else "0"
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def settle(ticks: int = 5) -> None:
    """Let what has been cancelled or closed come to its end."""
    for _ in range(ticks):
        await asyncio.sleep(0)
