"""Run both checks: `python -m tests.conformance PRISM DESCRIPTION`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

import aiohttp

from gradient_async import Client, GradientError, PaginationError
from gradient_async.emulator import Emulator
from tests.conformance.prism import run_prism

_JOBS = 2000
# What Prism says of an answer that breaks the description, or of a request that does.
_VIOLATIONS = "sl-violations"


class Violations:
    """Collects what Prism complains of, from the headers of its answers."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.answers = 0

    def watch(self) -> aiohttp.TraceConfig:
        """Give the hook that reads the headers."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._look)
        return trace

    async def _look(
        self, _: object, __: object, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.answers += 1
        complaint = end.response.headers.get(_VIOLATIONS)
        if complaint is not None:
            self.found[complaint] += 1


async def check_proxy(prism: Path, description: Path) -> None:
    """Stream through Prism's proxy to the emulator: no violation either way."""
    violations = Violations()
    async with (
        Emulator(jobs=_JOBS) as api,
        run_prism(prism, "proxy", str(description), api.url) as url,
        Client(api.token, base_url=url, trace_configs=[violations.watch()]) as client,
    ):
        began = time.perf_counter()
        jobs = [job async for job in client.iter_indexing_jobs()]
        one = await client.indexing_jobs.get(jobs[0].uuid)
        seconds = time.perf_counter() - began

    assert list(api.job_uuids()) == [job.uuid for job in jobs]
    assert jobs[0] == one
    assert not violations.found, violations.found
    print(
        f"proxy: {len(jobs)} jobs in {violations.answers} answers and {seconds:.1f} s, "
        f"no violation"
    )


async def check_that_prism_would_tell(prism: Path, description: Path) -> None:
    """A request that breaks the description is noticed: the check can fail."""
    violations = Violations()
    async with (
        Emulator(jobs=1) as api,
        run_prism(prism, "proxy", str(description), api.url) as url,
        Client(api.token, base_url=url, trace_configs=[violations.watch()]) as client,
    ):
        try:
            await client.request(
                "GET", "/v2/gen-ai/indexing_jobs", params={"page": "one"}
            )
        except GradientError as error:
            print(f"proxy: a wrong request is noticed ({error.message})")

    assert violations.found
    assert all("page" in complaint for complaint in violations.found)


async def check_mock(prism: Path, description: Path) -> None:
    """Prism's mock repeats one page for ever: its job comes once, then an error."""
    jobs = []
    async with (
        run_prism(prism, "mock", str(description)) as url,
        Client("any-token", base_url=url) as client,
    ):
        try:
            async for job in client.iter_indexing_jobs():
                jobs.append(job)
        except PaginationError as error:
            print(f"mock: {len(jobs)} job, then {type(error).__name__}: {error}")
        else:
            msg = "the repeated page went unnoticed"
            raise AssertionError(msg)

    assert 1 == len(jobs)


async def main(prism: Path, description: Path) -> None:
    """Run the checks one after the other."""
    await check_proxy(prism, description)
    await check_that_prism_would_tell(prism, description)
    await check_mock(prism, description)


asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
