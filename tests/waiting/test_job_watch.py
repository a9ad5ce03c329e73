"""Watching one job."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest

from gradient_async.errors import (
    AuthenticationError,
    ConfigurationError,
    IndexingJobTimeoutError,
)
from gradient_async.models import IndexingJob
from gradient_async.waiting import JobWatch
from tests.support.streams import take
from tests.waiting.job_server import BAD_IDS, JobServer, Phase, between, name


class Ticking(JobServer):
    """A server whose jobs count the tokens that they have consumed, one in 10 s."""

    def _job(self, uuid: str) -> IndexingJob:
        return attrs.evolve(super()._job(uuid), tokens=int(self.now / 10))


async def test_every_change() -> None:
    """The job comes at once, then whenever it changed, and last when it has ended."""
    server = Ticking(name(3), ends={"job-1": 45.0})
    jobs = [job async for job in JobWatch(server, "job-1", timeout=600)]
    tokens = [job.tokens for job in jobs[:-1]]

    assert sorted(set(tokens)) == tokens
    assert 0 == tokens[0]
    assert 3 <= len(tokens) <= 5
    assert [Phase.RUNNING] * (len(jobs) - 1) + [Phase.SUCCEEDED] == [
        job.phase for job in jobs
    ]
    assert {"job-1"} == set(server.asked_for("get"))
    assert len(server.asked) > len(jobs)


async def test_seen_at_once() -> None:
    """The first item comes with the first answer."""
    server = JobServer(name(3), delay=lambda: 0.2)
    job = await anext(JobWatch(server, "job-2", timeout=600))

    assert "job-2" == job.uuid
    assert 0.2 == pytest.approx(server.now)


async def test_one_that_has_ended() -> None:
    """A job that has ended comes once, and then nothing."""
    server = JobServer(name(1), ends={"job-0": 0.0})
    watch = JobWatch(server, "job-0", timeout=600)

    assert ["job-0"] == [job.uuid async for job in watch]
    assert [] == [job async for job in watch]
    assert 1 == len(server.asked)


async def test_the_time_is_up() -> None:
    """The timeout raises at the deadline, once; then the watch has ended."""
    server = JobServer(name(1), delay=lambda: 0.2)
    watch = JobWatch(server, "job-0", timeout=60)
    first = await anext(watch)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await anext(watch)

    assert (first,) == caught.value.jobs
    assert 59.5 <= server.now <= 60.0
    assert [] == [job async for job in watch]


async def test_away_when_it_ended() -> None:
    """A job that ended while the consumer was away is given, be it late."""
    server = JobServer(name(1), ends={"job-0": 45.0})
    watch = JobWatch(server, "job-0", timeout=60)
    await anext(watch)
    await asyncio.sleep(1000)

    assert [Phase.SUCCEEDED] == [job.phase async for job in watch]
    assert 2 == len(server.asked)


async def test_away_when_it_went_on() -> None:
    """A change that came too late is given, and then the timeout is raised."""
    server = Ticking(name(1))
    watch = JobWatch(server, "job-0", timeout=60)
    await anext(watch)
    await asyncio.sleep(1000)
    late = await anext(watch)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await anext(watch)

    assert 100 == late.tokens
    assert (late,) == caught.value.jobs
    assert 2 == len(server.asked)


async def test_an_error_that_stays() -> None:
    """An error that stays is raised once; going on looks again."""
    error = AuthenticationError("no", status=401)
    server = JobServer(name(1), ends={"job-0": 9.0}, fault=between(0.5, 2, error))
    watch = JobWatch(server, "job-0", timeout=60)
    await anext(watch)
    with pytest.raises(AuthenticationError):
        await anext(watch)

    assert [Phase.SUCCEEDED] == [job.phase async for job in watch]


async def test_leaving_and_going_on() -> None:
    """A watch that was left goes on with the next change."""
    server = Ticking(name(1), ends={"job-0": 45.0})
    watch = JobWatch(server, "job-0", timeout=600)
    first = await take(watch, 2)
    rest = [job async for job in watch]

    assert 1 == len(asyncio.all_tasks())
    assert first[-1].tokens < rest[0].tokens


async def test_a_change_seen_when_the_step_was_cancelled() -> None:
    """A job that came just as the step was given up is given by the next step."""
    server = JobServer(name(1), ends={"job-0": 0.0}, delay=lambda: 1.0)
    watch = JobWatch(server, "job-0", timeout=600)
    # The answer and the end of patience come at the same moment.
    step = asyncio.ensure_future(anext(watch))
    asyncio.get_running_loop().call_later(1.0, step.cancel)
    await asyncio.wait({step})

    assert "job-0" == (await anext(watch)).uuid


@pytest.mark.parametrize(
    ("match", "arguments"),
    [
        ("uuid must be a string, not list", {"uuid": ["a"]}),
        *((match, {"uuid": uuid}) for match, uuid in BAD_IDS),
        ("timeout", {"timeout": None}),
        ("timeout", {"timeout": -1}),
    ],
)
async def test_impossible_arguments(match: str, arguments: dict[str, Any]) -> None:
    """What cannot work is refused when the object is made."""
    usual: dict[str, Any] = {"uuid": "a", "timeout": 1.0}
    server = JobServer([])
    with pytest.raises(ConfigurationError, match=match):
        JobWatch(server, **(usual | arguments))

    assert [] == server.asked


async def test_plain_for_is_pointed_out() -> None:
    """A `for` without `async` says what to write instead."""
    with pytest.raises(TypeError, match="JobWatch is asynchronous: use `async for`"):
        iter(JobWatch(JobServer([]), "a", timeout=1))  # type: ignore[call-overload]


async def test_repr_shows_the_phase() -> None:
    """The repr shows the job, and its phase when last seen."""
    watch = JobWatch(JobServer(name(1)), "job-0", timeout=60)
    before = repr(watch)
    await anext(watch)

    assert "<JobWatch job-0, not started>" == before
    assert "<JobWatch job-0, running>" == repr(watch)
