"""
Response times of healthy accounts beside three that fail.

One has a dead token, one hangs, and one is at its hourly limit. The emulator runs in
a process of its own. Each figure is the median of five runs, alternating between both.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from gradient_async import Accounts, Attempt
from gradient_async.emulator import Emulator, Fault

_ACCOUNTS: Final = 300
_JOBS: Final = 1000
_RUNS: Final = 5
_LIMITED: Final = {"ratelimit-remaining": "0", "ratelimit-reset": "9999999999"}


async def _serve(*, with_failures: bool) -> None:
    async with Emulator(accounts=_ACCOUNTS, jobs=_JOBS, limits=None) as api:
        for token in api.tokens:
            # The emulator computes jobs when they are first read.
            api.jobs(token)
        hanging, limited, *_ = api.tokens
        if with_failures:
            api.fail(
                Fault(hang=True, token=hanging, times=None),
                Fault(status=429, headers=_LIMITED, token=limited, times=None),
            )
        print(api.url, *api.tokens, flush=True)
        await asyncio.Event().wait()


@contextmanager
def _run_server(failures: str) -> Iterator[tuple[str, Sequence[str]]]:
    command = [sys.executable, "-m", "tests.benchmarks.isolation", failures]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url, *tokens = process.stdout.readline().split()
            yield url, tokens
        finally:
            process.kill()


async def _read(
    url: str, tokens: Sequence[str], *, with_failures: bool
) -> tuple[float, Counter[str]]:
    """Return the p99 of healthy accounts in seconds, and the reports by outcome."""
    names = ["hanging", "limited", "dead", *map(str, range(3, _ACCOUNTS))]
    accounts_tokens = dict(zip(names, tokens, strict=True))
    if with_failures:
        accounts_tokens["dead"] = "dop_v1_dead"
    seconds: list[float] = []

    def record(attempt: Attempt) -> None:
        if attempt.account.isdigit():
            seconds.append(attempt.waited + attempt.seconds)

    async with Accounts(
        accounts_tokens, base_url=url, timeout=10.0, on_attempt=record
    ) as accounts:
        stream = accounts.iter_indexing_jobs(on_error="collect")
        async for _ in stream:
            pass
    outcomes = Counter(
        type(report.error).__name__ if report.error else str(report.state)
        for report in stream.reports.values()
    )
    return statistics.quantiles(seconds, n=100)[98], outcomes


def main() -> None:
    """Print both figures, and what became of the accounts."""
    with _run_server("none") as healthy, _run_server("some") as failing:
        columns: list[list[float]] = [[], []]
        for _ in range(_RUNS):
            for column, server in zip(columns, (healthy, failing), strict=True):
                with_failures = server is failing
                run = _read(*server, with_failures=with_failures)
                p99, outcomes = asyncio.run(run)
                column.append(p99)
        alone, beside = map(statistics.median, columns)
    print(f"{_ACCOUNTS} accounts of {_JOBS // 200} pages each: p99 of one page")
    print(f"  {'all healthy':24} {alone * 1e3:9.1f} ms   1.00 x")
    print(
        f"  {'beside three failures':24} {beside * 1e3:9.1f} ms {beside / alone:6.2f} x"
    )
    print(f"  {dict(outcomes)}")


if __name__ == "__main__":
    if sys.argv[1:]:
        asyncio.run(_serve(with_failures=sys.argv[1] == "some"))
    else:
        main()
