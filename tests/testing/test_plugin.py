"""The pytest plugin, used as in a user's tests."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest

from gradient_async import Client, IndexingJob, ServerError
from gradient_async.emulator import Emulator, Fault
from gradient_async.testing.background import run_in_background


async def _list() -> list[IndexingJob]:
    """List jobs as an application does, with a client that knows of no test."""
    async with Client() as client:
        return await client.iter_indexing_jobs().collect()


def test_a_client_finds_the_emulator(gradient_emulator: Emulator) -> None:
    """`Client()` in the code under test lists the emulator's 200 jobs."""
    jobs = asyncio.run(_list())

    assert gradient_emulator.job_uuids() == tuple(job.uuid for job in jobs)
    assert 200 == len(jobs)
    assert gradient_emulator.url == os.environ["DIGITALOCEAN_API_URL"]
    assert gradient_emulator.token == os.environ["DIGITALOCEAN_ACCESS_TOKEN"]


async def _call() -> object:
    async with Client() as client:
        return await client.request("POST", "/v2/gen-ai/indexing_jobs", json={})


def test_a_test_may_change_the_emulator(gradient_emulator: Emulator) -> None:
    """Faults, new jobs and recorded requests work from the test's own thread."""
    (newest,) = gradient_emulator.add_jobs(1)
    assert newest == asyncio.run(_list())[0].uuid

    gradient_emulator.fail(Fault(status=501, method="POST"))
    with pytest.raises(ServerError):
        asyncio.run(_call())
    assert ["GET", "GET", "POST"] == [
        request.method for request in gradient_emulator.requests
    ]


async def test_in_an_async_test(gradient_emulator: Emulator) -> None:
    """An async test may use the fixture too; the emulator has another loop."""
    assert gradient_emulator.url.startswith("http://127.0.0.1:")
    assert "emulator-token" not in repr(gradient_emulator)


async def _index(knowledge_base: str) -> IndexingJob:
    async with asyncio.timeout(60), Client() as client:
        return await client.indexing_jobs.run(knowledge_base)


def test_a_wait_takes_no_time(gradient_emulator: Emulator) -> None:
    """Code that waits for a job of 50 minutes has it within the test."""
    base = gradient_emulator.add_knowledge_base("handbook", sources=2)
    gradient_emulator.plan_source(base.source_uuids[0], seconds=3000)

    assert asyncio.run(_index(base.uuid)).succeeded


def test_each_knowledge_base_is_idle(gradient_emulator: Emulator) -> None:
    """A job can be started in any of those that are there from the start."""
    for base in gradient_emulator.knowledge_bases():
        assert asyncio.run(_index(str(base["uuid"]))).succeeded


def test_leaves_nothing_behind() -> None:
    """At the end the thread, its loop and the port are released, after an error too."""
    before = threading.active_count()
    emulator = Emulator(jobs=1)
    with pytest.raises(ZeroDivisionError), run_in_background(emulator):
        _ = 1 / (before + 1 - threading.active_count())

    assert before == threading.active_count()
    with pytest.raises(RuntimeError, match="not running"):
        _ = emulator.url


def test_a_server_that_cannot_start() -> None:
    """A port in use is an error at once, and no thread is left behind."""
    before = threading.active_count()
    with run_in_background(Emulator(jobs=1)) as running:
        port = int(running.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address"):
            run_in_background(Emulator(jobs=1, port=port)).__enter__()

    assert before == threading.active_count()
