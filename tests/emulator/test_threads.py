"""A server in one thread, and a test in another that inspects it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import pytest

from gradient_async.emulator import Emulator
from gradient_async.testing.background import run_in_background

from .http_client import SPACES, HttpClient


async def send_requests(server: Emulator) -> set[int]:
    """Repeatedly list jobs and create knowledge bases; return the statuses."""
    statuses = set()
    async with aiohttp.ClientSession() as session:
        call = HttpClient(session)
        for _ in range(100):
            await call.create_base(server, SPACES)
            statuses.add((await call(server, page=3, per_page=200)).status)
    return statuses


@pytest.fixture
def _fast_switching() -> Iterator[None]:
    """Switch threads a hundred times as often as usual."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(interval / 100)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("_fast_switching")
def test_reading_and_changing_while_it_serves() -> None:
    """Reads and changes from another thread work while requests are handled."""
    with (
        run_in_background(Emulator(jobs=600, limits=None)) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        api = server
        source = str(api.data_sources(str(api.knowledge_bases()[0]["uuid"]))[0]["uuid"])
        sending = pool.submit(asyncio.run, send_requests(server))
        while not sending.done():
            api.plan_source(source, seconds=1)
            api.remove_job(api.add_jobs(2)[0])
            api.job_uuids()
            api.knowledge_bases()
            api.jobs()

    assert {200} == sending.result()


@pytest.mark.usefixtures("_fast_switching")
def test_jobs_inserted_by_several_threads() -> None:
    """Each of the jobs that threads insert in one place has a place of its own."""
    api = Emulator(jobs=2)
    base = str(api.knowledge_bases()[0]["uuid"])

    def insert(_: int) -> str:
        return api.add_job(base, created_at="2026-10-01T00:00Z")

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(insert, range(400)))

    assert set(added) == set(api.job_uuids()[2:])


def test_pages_are_not_affected() -> None:
    """A list that was read, and an iteration, do not see jobs that are added then."""
    api = Emulator(jobs=30)
    jobs, now = api._account(None).jobs, api._platform.clock.now
    before, bases = api.job_uuids(), [str(it["uuid"]) for it in api.knowledge_bases()]
    ages, iterations = jobs.newest_first(), [jobs.of_knowledge_base(it) for it in bases]
    first = [next(it) for it in iterations]
    (added,) = api.add_jobs(1)
    grown = jobs.newest_first()
    api.remove_job(added)
    read = [*first, *(age for it in iterations for age in it)]

    assert before == tuple(jobs.at(age, now).uuid for age in ages)
    assert set(ages) == set(read)
    assert [added, *before] == [jobs.at(age, now).uuid for age in grown]
    assert before == api.job_uuids()
