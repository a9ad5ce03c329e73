"""The rate limit, as a client sees it."""

from __future__ import annotations

import asyncio

from aiohttp import ClientSession

from gradient_async.emulator import Emulator, Fault, Window
from gradient_async.emulator.core.timestamps import SECOND, START_TIME
from tests.support.virtual_time import VirtualTimeLoop

from .http_client import HttpClient

HOUR = 3600
NOON = START_TIME // SECOND


async def test_default_limits(api: Emulator, call: HttpClient) -> None:
    """The headers describe the hourly window, and when its next slot is free."""
    first, second = await call(api), await call(api, "/nowhere")

    assert ("5000", "4999") == (
        first.headers["ratelimit-limit"],
        first.headers["ratelimit-remaining"],
    )
    assert "4998" == second.headers["ratelimit-remaining"]
    assert first.headers["ratelimit-reset"] == second.headers["ratelimit-reset"]
    assert NOON + HOUR <= int(first.headers["ratelimit-reset"]) < NOON + HOUR + 60


async def test_burst_has_retry_after(call: HttpClient) -> None:
    """A rejection by the minute's window has `retry-after`, rounded up."""
    async with Emulator(jobs=1, limits=[Window(2, 60.0), Window(9, 3600.0)]) as api:
        *_, last = [await call(api) for _ in range(3)]

    assert (429, "too_many_requests") == (last.status, last.json["id"])
    assert 55 <= int(last.headers["retry-after"]) <= 60
    assert "7" == last.headers["ratelimit-remaining"]


async def test_retry_after_is_at_least_a_second(call: HttpClient) -> None:
    """A wait of less than a second is rounded up to one."""
    async with Emulator(jobs=1, limits=[Window(1, 0.5), Window(9, 3600.0)]) as api:
        await call(api)
        response = await call(api)

    assert "1" == response.headers["retry-after"]


async def test_hour_has_no_retry_after(call: HttpClient) -> None:
    """A rejection by the hourly window has only `ratelimit-reset`."""
    async with Emulator(jobs=1, limits=[Window(9, 60.0), Window(2, 3600.0)]) as api:
        *_, last = [await call(api) for _ in range(3)]

    assert 429 == last.status
    assert "retry-after" not in last.headers
    assert "0" == last.headers["ratelimit-remaining"]


async def test_tokens_have_their_own_limits(call: HttpClient) -> None:
    """One account at its limit does not affect the others."""
    async with Emulator(jobs=1, accounts=2, limits=[Window(1, 60.0)]) as api:
        responses = [
            await call(api, authorization=f"Bearer {api.tokens[index]}")
            for index in (0, 0, 1)
        ]

    assert [200, 429, 200] == [response.status for response in responses]


async def test_rejected_requests_can_count(call: HttpClient) -> None:
    """With `count_refused`, a rejection by the minute uses a slot of the hour."""
    remaining = []
    for count_refused in (False, True):
        windows = [Window(1, 60.0), Window(9, 3600.0)]
        async with Emulator(jobs=1, limits=windows, count_refused=count_refused) as api:
            *_, last = [await call(api) for _ in range(3)]
        remaining.append(last.headers["ratelimit-remaining"])

    assert ["8", "6"] == remaining


async def test_no_limits(call: HttpClient) -> None:
    """Without limits everything passes, and there are no limit headers."""
    async with Emulator(jobs=1, limits=None) as api:
        responses = [await call(api) for _ in range(300)]

    assert {200} == {response.status for response in responses}
    assert not [name for name in responses[0].headers if "ratelimit" in name.lower()]


async def test_faults_use_slots(call: HttpClient) -> None:
    """A request with a fault counts, and its response says so."""
    async with Emulator(jobs=1, limits=[Window(1, 60.0)]) as api:
        api.fail(Fault(status=503), Fault(status=500))
        failed, rejected = await call(api), await call(api)

    assert (503, "0") == (failed.status, failed.headers["ratelimit-remaining"])
    assert 429 == rejected.status


def test_limits_survive_a_restart_in_another_loop() -> None:
    """Windows keep their length although the new loop's time starts again."""
    api = Emulator(jobs=1, limits=[Window(2, 60.0)])

    async def send(wait: float) -> list[int]:
        async with api, ClientSession() as session:
            await asyncio.sleep(wait)
            return [(await HttpClient(session)(api)).status for _ in range(3)]

    statuses = []
    for wait in (100_000, 59, 2):
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            statuses.append(runner.run(send(wait)))

    assert [[200, 200, 429], [429] * 3, [200, 200, 429]] == statuses
