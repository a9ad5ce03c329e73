"""A server in one thread, and a test in another that inspects it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import aiohttp
import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator.core.timestamps import START_TIME
from gradient_async.emulator.domain.jobs.history import JobGenerator
from gradient_async.emulator.domain.jobs.job import Job
from gradient_async.emulator.domain.jobs.job_list import JobList, JobRecord
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


def test_iterations_are_not_affected() -> None:
    """An iteration is not affected by changes after its start."""
    api = Emulator(jobs=3)
    account = api._account(None)
    now = api._platform.clock.now
    base = account.jobs.find(api.job_uuids()[0], now)
    assert base is not None
    iterations = [
        (it.at(now) for it in account.jobs.newest_first()),
        account.jobs.of_knowledge_base(base.knowledge_base_uuid, now),
    ]
    uuids = [next(iteration).uuid for iteration in iterations]
    api.add_jobs(1)

    assert [api.job_uuids()[1]] * 2 == uuids
    assert 2 == len(list(iterations[0]))
    assert not [
        job for job in iterations[1] if job.uuid in {*uuids, api.job_uuids()[0]}
    ]


def test_pages_are_not_affected() -> None:
    """A page is not affected by jobs that are added while it is read."""
    generator = JobGenerator("test")
    records: dict[str, JobRecord] = {}
    jobs = JobList(generator, records)

    class GrowingJob(Job):
        def at(self, now: int) -> Self:
            jobs.add_pending(1, now, generator.knowledge_bases)
            return self

    history = generator.generate_history(3)
    records |= {job.uuid: GrowingJob(job.fields) for job in history}
    read = [record.at(START_TIME).uuid for record in jobs.newest_first()]

    assert [job.uuid for job in reversed(history)] == read
    assert 6 == len(jobs.uuids())
