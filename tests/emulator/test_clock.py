"""The server's clock."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession

from gradient_async.emulator import Emulator, Window
from gradient_async.emulator.core.clock import Clock
from gradient_async.emulator.core.timestamps import SECOND, START_TIME
from tests.support.virtual_time import VirtualTimeLoop

from .http_client import BASES, SPACES, UPLOADS, HttpClient
from .ticking_loop import TICK, TickingLoop

NOON = START_TIME // SECOND


async def test_stands_until_the_start() -> None:
    """Before the start it is noon; then time passes with the loop."""
    clock = Clock()
    before = clock.now
    clock.start(asyncio.get_running_loop())
    await asyncio.sleep(3)

    assert START_TIME == before
    assert START_TIME + 3 * SECOND == clock.now


@pytest.mark.parametrize(
    ("speed", "seconds", "expected"), [(1, 7, 9), (60, 7, 127), (0, 1.5, 1.5)]
)
async def test_speed_and_steps_add_up(
    speed: float, seconds: float, expected: float
) -> None:
    """Speed multiplies the loop's seconds, and steps are added to that."""
    clock = Clock(speed=speed)
    clock.start(asyncio.get_running_loop())
    clock.advance(seconds)
    await asyncio.sleep(2)

    assert START_TIME + round(expected * SECOND) == clock.now


async def test_dates_keep_the_distances_of_the_loop() -> None:
    """Distances in the loop's time stay the same on the calendar."""
    clock = Clock(speed=60)
    clock.start(asyncio.get_running_loop())
    await asyncio.sleep(10)

    assert NOON + 600 == clock.to_epoch(10, now=clock.uptime)
    assert NOON + 660 == clock.to_epoch(70, now=clock.uptime)


def test_continues_in_another_loop() -> None:
    """A start in a loop whose time starts again does not turn the clock back."""
    clock = Clock()

    async def wait() -> None:
        clock.start(asyncio.get_running_loop())
        clock.start(asyncio.get_running_loop())
        await asyncio.sleep(5)

    for _ in range(2):
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(wait())

    assert START_TIME + 10 * SECOND == clock.now
    assert 10 == clock.uptime


@pytest.mark.parametrize("speed", [0, 0.5, 1, 60])
def test_reads_the_loop_once_per_result(speed: float) -> None:
    """Each result reads the loop's time once, so a slow clock never falls back."""
    clock = Clock(speed=speed)

    async def read() -> list[int]:
        clock.start(asyncio.get_running_loop())
        return [clock.now for _ in range(5)]

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        times = runner.run(read())
    step = round(speed * TICK * SECOND)

    assert [START_TIME + step * count for count in range(1, 6)] == times


def test_dates_at_speed_zero() -> None:
    """At speed 0 it stays noon on the calendar while the loop's time passes."""
    clock = Clock(speed=0)

    async def read() -> list[float]:
        clock.start(asyncio.get_running_loop())
        return [clock.to_epoch(at, now=at) for at in (clock.uptime, clock.uptime)]

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        dates = runner.run(read())

    assert [NOON, NOON] == dates


def test_a_request_has_one_time() -> None:
    """A request is carried out at one time, however fast the clock runs."""

    async def presign() -> set[str]:
        files = [{"file_name": "a", "file_size": 1}] * 3
        async with Emulator(jobs=0, speed=3600 / TICK) as api, ClientSession() as it:
            response = await HttpClient(it).post(api, UPLOADS, files=files)
        return {upload["expires_at"] for upload in response.json["uploads"]}

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        assert 1 == len(runner.run(presign()))


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e12])
def test_invalid_steps(seconds: float) -> None:
    """Steps that are negative or lead out of the calendar are rejected."""
    with pytest.raises(ValueError, match="forward"):
        Emulator(jobs=0).advance(seconds)


def test_sum_of_steps_is_limited() -> None:
    """The sum of the steps may not lead out of the calendar either."""
    api = Emulator(jobs=0, database_seconds=0)
    api.advance(2e11)

    with pytest.raises(ValueError, match="9998"):
        api.advance(2e11)


async def test_end_of_the_calendar(call: HttpClient) -> None:
    """A fast clock stops before the calendar ends, and requests still work."""
    async with Emulator(
        jobs=0, speed=1e15, database_seconds=0, auto_index=False
    ) as api:
        await asyncio.sleep(1e6)
        base = await call.create_base(api, SPACES)
        job = await call.job(api, await call.start(api, base))
        response = await call(api, BASES)

    assert "9999-01-01T00:00:00Z" == job["created_at"]
    assert "Fri, 01 Jan 9999 00:00:00 GMT" == response.headers["date"]


async def test_limits_use_the_loops_time(call: HttpClient) -> None:
    """Advancing the clock does not change the time between date and reset."""
    async with Emulator(jobs=1, limits=[Window(5, 60.0)], speed=3600) as api:
        await call(api)
        await asyncio.sleep(20)
        api.advance(10_000_000)
        response = await call(api)
    date = NOON + 20 * 3600 + 10_000_000

    assert "Fri, 26 Feb 2027 " in response.headers["date"]
    assert str(date + 40) == response.headers["ratelimit-reset"]
    assert "3" == response.headers["ratelimit-remaining"]


async def test_creation_dates(call: HttpClient) -> None:
    """What a client creates is dated by the server's clock."""
    async with Emulator(jobs=0) as api:
        api.advance(86_400)
        await call.create_base(api)
        (base, *_) = api.knowledge_bases()

    assert "2026-11-02T12:00:00Z" == base["created_at"]
