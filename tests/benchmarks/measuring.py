"""Measure CPU time, and print it as a table."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

RUNS: Final = 5

Measurement: TypeAlias = Callable[[], float]
"""Runs something once, and returns the seconds of CPU time it took."""


def measure(work: Callable[[], object]) -> float:
    """Return the seconds of CPU time that some work takes."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def measure_async(work: Callable[[str], Awaitable[None]], url: str) -> Measurement:
    """Return the measurement of a coroutine function that takes a URL."""

    async def run() -> None:
        await work(url)

    return lambda: measure(lambda: asyncio.run(run()))


def print_table(title: str, measurements: Mapping[str, Measurement]) -> None:
    """Print the median of each measurement, and its ratio to the first one."""
    runs: list[list[float]] = [
        [measure() for measure in measurements.values()] for _ in range(RUNS)
    ]
    medians = [statistics.median(column) for column in zip(*runs, strict=True)]
    print(title)
    for name, seconds in zip(measurements, medians, strict=True):
        print(f"  {name:24} {seconds * 1e3:9.1f} ms {seconds / medians[0]:6.2f} x")
