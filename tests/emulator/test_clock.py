"""The server's own time."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession

from gradient_async.emulator import Emulator, Window
from gradient_async.emulator.core.clock import Clock
from gradient_async.emulator.core.timestamps import SECOND, START_TIME
from tests.support.virtual_time import VirtualTimeLoop

from .calling import BASES, SPACES, Caller
from .ticking import TICK, TickingLoop

NOON = START_TIME // SECOND


async def test_it_stands_until_it_is_started() -> None:
    """Before the start it is noon; then time passes with the loop."""
    clock = Clock()
    before = clock.now
    clock.start(asyncio.get_running_loop())
    await asyncio.sleep(3)

    assert START_TIME == before
    assert START_TIME + 3 * SECOND == clock.now


async def test_speed_and_steps_add_up() -> None:
    """A faster clock multiplies the loop's seconds, and steps come on top."""
    clock = Clock(speed=60)
    clock.start(asyncio.get_running_loop())
    clock.advance(7)
    await asyncio.sleep(2)

    assert START_TIME + 127 * SECOND == clock.now


async def test_it_can_stand_still() -> None:
    """With no speed at all, only steps move it."""
    clock = Clock(speed=0)
    clock.start(asyncio.get_running_loop())
    await asyncio.sleep(2)
    clock.advance(1.5)

    assert START_TIME + 3 * SECOND // 2 == clock.now


async def test_dates_keep_the_loops_distances() -> None:
    """What is a minute of the loop away is a minute away on the calendar too."""
    clock, loop = Clock(speed=60), asyncio.get_running_loop()
    clock.start(loop)
    await asyncio.sleep(10)

    assert NOON + 600 == clock.to_epoch(loop.time(), now=loop.time())
    assert NOON + 660 == clock.to_epoch(loop.time() + 60, now=loop.time())


def test_it_goes_on_in_another_loop() -> None:
    """A start in a loop whose time began anew does not turn the clock back."""
    clock = Clock()

    async def wait() -> None:
        clock.start(asyncio.get_running_loop())
        clock.start(asyncio.get_running_loop())
        await asyncio.sleep(5)

    for _ in range(2):
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(wait())

    assert START_TIME + 10 * SECOND == clock.now


@pytest.mark.parametrize("speed", [0, 0.5, 1, 60])
def test_each_answer_is_one_look_at_the_loop(speed: float) -> None:
    """However slow the clock is, it does not fall back while the loop goes on."""
    clock = Clock(speed=speed)

    async def look() -> list[int]:
        clock.start(asyncio.get_running_loop())
        return [clock.now for _ in range(5)]

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        moments = runner.run(look())
    step = round(speed * TICK * SECOND)

    assert [START_TIME + step * look for look in range(1, 6)] == moments


def test_dates_stand_with_the_clock() -> None:
    """Without speed it stays noon on the calendar, while the loop goes on."""
    clock = Clock(speed=0)

    async def look() -> list[float]:
        loop = asyncio.get_running_loop()
        clock.start(loop)
        return [clock.to_epoch(at, now=at) for at in (loop.time(), loop.time())]

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        dates = runner.run(look())

    assert [NOON, NOON] == dates


def test_a_request_has_one_moment() -> None:
    """All that a request does is done at one moment, however fast the clock goes."""

    async def presign() -> set[str]:
        files = [{"file_name": "a", "file_size": 1}] * 3
        path = f"{BASES}/data_sources/file_upload_presigned_urls"
        async with Emulator(jobs=0, speed=3600 / TICK) as api, ClientSession() as it:
            reply = await Caller(it).post(api, path, files=files)
        return {upload["expires_at"] for upload in reply.json["uploads"]}

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        assert 1 == len(runner.run(presign()))


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e12])
def test_senseless_steps(seconds: float) -> None:
    """A clock is neither turned back nor stepped out of time."""
    with pytest.raises(ValueError, match="forward"):
        Emulator(jobs=0).advance(seconds)


def test_steps_end_with_the_calendar() -> None:
    """The steps together do not lead out of the calendar either."""
    api = Emulator(jobs=0)
    api.advance(2e11)

    with pytest.raises(ValueError, match="9998"):
        api.advance(2e11)


async def test_the_end_of_time(call: Caller) -> None:
    """A clock that is too fast stops before the calendar ends, and all is served."""
    async with Emulator(jobs=0, speed=1e15) as api:
        await asyncio.sleep(1e6)
        base = await call.create_base(api, SPACES)
        job = await call.job(api, await call.start(api, base))
        reply = await call(api, BASES)

    assert "9999-01-01T00:00:00Z" == job["created_at"]
    assert "Fri, 01 Jan 9999 00:00:00 GMT" == reply.headers["date"]


@pytest.mark.parametrize("speed", [-1, float("nan"), float("inf")])
def test_senseless_speeds(speed: float) -> None:
    """Nor does it run backwards, or at no speed that could be told."""
    with pytest.raises(ValueError, match="must be"):
        Emulator(jobs=0, speed=speed)


async def test_limits_keep_the_loops_time(call: Caller) -> None:
    """However far the clock is stepped, a reset is as far from the date as it was."""
    async with Emulator(jobs=1, limits=[Window(5, 60.0)], speed=3600) as api:
        await call(api)
        await asyncio.sleep(20)
        api.advance(10_000_000)
        reply = await call(api)
    date = NOON + 20 * 3600 + 10_000_000

    assert "Fri, 26 Feb 2027 " in reply.headers["date"]
    assert str(date + 40) == reply.headers["ratelimit-reset"]
    assert "3" == reply.headers["ratelimit-remaining"]


async def test_new_things_carry_the_date(call: Caller) -> None:
    """What a client creates was created on the server's date."""
    async with Emulator(jobs=0) as api:
        api.advance(86_400)
        await call.create_base(api)
        (base, *_) = api.knowledge_bases()

    assert "2026-11-02T12:00:00Z" == base["created_at"]
