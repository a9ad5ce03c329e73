"""The server's own time."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async.emulator import Emulator, Window
from gradient_async.emulator.clock import Clock
from gradient_async.emulator.timestamps import NEWEST, SECOND
from tests.support.virtual_time import VirtualTimeLoop

from .calling import Caller

NOON = NEWEST // SECOND


async def test_it_stands_until_it_is_started() -> None:
    """Before the start it is noon; then time passes with the loop."""
    clock = Clock()
    before = clock.now
    clock.start(asyncio.get_running_loop())
    await asyncio.sleep(3)

    assert NEWEST == before
    assert NEWEST + 3 * SECOND == clock.now


async def test_speed_and_steps_add_up() -> None:
    """A faster clock multiplies the loop's seconds, and steps come on top."""
    clock = Clock(speed=60)
    clock.start(asyncio.get_running_loop())
    clock.advance(7)
    await asyncio.sleep(2)

    assert NEWEST + 127 * SECOND == clock.now


async def test_it_can_stand_still() -> None:
    """With no speed at all, only steps move it."""
    clock = Clock(speed=0)
    clock.start(asyncio.get_running_loop())
    await asyncio.sleep(2)
    clock.advance(1.5)

    assert NEWEST + 3 * SECOND // 2 == clock.now


async def test_dates_keep_the_loops_distances() -> None:
    """What is a minute of the loop away is a minute away on the calendar too."""
    clock, loop = Clock(speed=60), asyncio.get_running_loop()
    clock.start(loop)
    await asyncio.sleep(10)

    assert NOON + 600 == clock.date(loop.time())
    assert NOON + 660 == clock.date(loop.time() + 60)


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

    assert NEWEST + 10 * SECOND == clock.now


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_senseless_steps(seconds: float) -> None:
    """A clock is neither turned back nor stepped out of time."""
    with pytest.raises(ValueError, match="forward"):
        Emulator(jobs=0).advance(seconds)


def test_senseless_speeds() -> None:
    """Nor does it run backwards."""
    with pytest.raises(ValueError, match="must be"):
        Emulator(jobs=0, speed=-1)


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
