"""A server in one thread, and a test in another that looks into it."""

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
from gradient_async.testing.background import RunningEmulator, run_in_background

from .calling import SPACES, Caller


async def use(server: RunningEmulator) -> set[int]:
    """List jobs and create knowledge bases, over and over; give the statuses."""
    statuses = set()
    async with aiohttp.ClientSession() as session:
        call = Caller(session)
        for _ in range(100):
            await call.create_base(server.emulator, SPACES)
            statuses.add((await call(server.emulator, page=3, per_page=200)).status)
    return statuses


@pytest.fixture
def _hasty() -> Iterator[None]:
    """Let threads take turns a hundred times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 100)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_hasty")
def test_looking_and_adding_while_it_serves() -> None:
    """Views and changes from another thread disturb no request, and none of them."""
    with (
        run_in_background(Emulator(jobs=600, limits=None)) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        api = server.emulator
        source = str(api.data_sources(str(api.knowledge_bases()[0]["uuid"]))[0]["uuid"])
        answers = pool.submit(asyncio.run, use(server))
        while not answers.done():
            api.plan_source(source, seconds=1)
            api.remove_job(api.add_jobs(2)[0])
            api.job_uuids()
            api.knowledge_bases()
            api.jobs()

    assert {200} == answers.result()


def test_a_look_is_not_disturbed() -> None:
    """A view that was begun before a change ends as it was begun."""
    api = Emulator(jobs=3)
    account = api._account(None)
    now = api._platform.clock.now
    base = account.jobs.find(api.job_uuids()[0], now)
    assert base is not None
    looks = [
        account.jobs.newest_first(now),
        account.jobs.of_knowledge_base(base.knowledge_base_uuid, now),
    ]
    uuids = [next(look).uuid for look in looks]
    api.add_jobs(1)

    assert [api.job_uuids()[1]] * 2 == uuids
    assert 2 == len(list(looks[0]))
    assert not [job for job in looks[1] if job.uuid in {*uuids, api.job_uuids()[0]}]


def test_a_page_is_not_disturbed() -> None:
    """A page that is being read stays as it is, whatever is added meanwhile."""
    generator = JobGenerator("test")
    records: dict[str, JobRecord] = {}
    jobs = JobList(generator, records)

    class Meddler(Job):
        def at(self, now: int) -> Self:
            jobs.add_pending(1, now, generator.knowledge_bases)
            return self

    history = generator.generate_history(3)
    records |= {job.uuid: Meddler.from_fields(job.fields) for job in history}
    page = jobs.read_page(1, 20, START_TIME)

    assert [job.uuid for job in reversed(history)] == [job.uuid for job in page.items]
    assert 6 == len(jobs.uuids())
