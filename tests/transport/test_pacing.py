"""The queue in front of the limit: order, capacity, and leaving early."""

from __future__ import annotations

import asyncio
import math
import random

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradient_async.errors import DeadlineExceededError
from gradient_async.transport.headers import Limits
from gradient_async.transport.pacing import Pacer, refusal_wait
from gradient_async.transport.sliding_log import RateLimit, Window
from tests.support.oracle import violations
from tests.support.virtual_time import VirtualTimeLoop


def make(*windows: Window, max_in_flight: int = 100) -> Pacer:
    """Make a pacer for these windows."""
    return Pacer(RateLimit(windows), max_in_flight=max_in_flight)


def clock() -> float:
    """Read the loop's clock."""
    return asyncio.get_running_loop().time()


async def waited(pacer: Pacer, deadline: float = math.inf) -> float:
    """Wait for a turn, and tell for how long."""
    start = clock()
    await pacer.acquire(deadline)
    return clock() - start


async def test_room_costs_no_time() -> None:
    """While there is room nobody waits, nor gives way to anybody."""
    pacer = make(Window(3, 60.0))
    bystander = asyncio.ensure_future(asyncio.sleep(0))

    assert [0.0] * 3 == [await waited(pacer) for _ in range(3)]
    assert not bystander.done()

    await bystander


async def test_without_limit_nobody_waits() -> None:
    """Pacing that is switched off lets everything through at once."""
    pacer = Pacer(RateLimit(None), max_in_flight=1000)

    assert {0.0} == {await waited(pacer) for _ in range(1000)}


async def test_a_full_window_makes_wait() -> None:
    """The next request goes one window after the first answer, to the instant."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    await asyncio.sleep(2)
    pacer.settle(sent=True)
    await asyncio.sleep(3)

    assert pytest.approx(57.0) == await waited(pacer)


async def test_an_unsent_request_gives_its_turn_back() -> None:
    """Where nothing was sent the next in the queue goes at once."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    turn = asyncio.ensure_future(waited(pacer))
    await asyncio.sleep(5)
    pacer.settle(sent=False)

    assert pytest.approx(5.0) == await turn


async def test_the_cap_on_requests_in_flight() -> None:
    """Whoever is beyond the cap goes when one in flight has settled."""
    pacer = make(Window(100, 1.0), max_in_flight=1)
    await pacer.acquire(math.inf)
    turn = asyncio.ensure_future(waited(pacer))
    await asyncio.sleep(7)
    pacer.settle(sent=True)

    assert pytest.approx(7.0) == await turn


@attrs.define
class Traffic:
    """Requests of random latency through a pacer, and what a server sees of them."""

    pacer: Pacer
    rng: random.Random
    granted: list[int] = attrs.field(factory=list)
    grants: list[float] = attrs.field(factory=list)
    arrivals: list[float] = attrs.field(factory=list)

    async def request(self, number: int) -> None:
        """Send one request."""
        await self.pacer.acquire(math.inf)
        self.granted.append(number)
        sent_at = clock()
        self.grants.append(sent_at)
        await asyncio.sleep(self.rng.uniform(0.01, 0.1))
        self.arrivals.append(self.rng.uniform(sent_at, clock()))
        self.pacer.settle(sent=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_rush(seed: int) -> None:
    """Of 600 at once none is over the limit, all in order, hardly slower than ideal."""
    windows = [Window(25, 1.0), Window(100, 10.0)]
    traffic = Traffic(make(*windows), random.Random(seed))
    start = clock()

    async with asyncio.TaskGroup() as group:
        for number in range(600):
            group.create_task(traffic.request(number))

    # With no latency at all, the last 25 of 600 go 53 seconds after the first.
    ideal = 53.0

    assert list(range(600)) == traffic.granted
    assert [] == violations(windows, traffic.arrivals)
    assert ideal <= traffic.grants[-1] - start <= ideal / 0.97


async def test_first_come_first_served() -> None:
    """A newcomer does not overtake those who wait, even when there is room by then."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    order: list[str] = []

    async def come(name: str) -> None:
        await pacer.acquire(math.inf)
        order.append(name)
        pacer.settle(sent=False)

    async with asyncio.TaskGroup() as group:
        group.create_task(come("first"))
        await asyncio.sleep(0)
        group.create_task(come("second"))
        await asyncio.sleep(0)
        # The turn is free now, and the first does not know it yet.
        pacer.settle(sent=False)
        await come("newcomer")

    assert ["first", "second", "newcomer"] == order


async def test_newcomers_do_not_use_a_busy_moment() -> None:
    """Room that came about while the loop was busy belongs to those who wait."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    pacer.settle(sent=True)
    turn = asyncio.ensure_future(waited(pacer))
    await asyncio.sleep(1)
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    # Time passes, and no timer has run yet.
    loop._jumping.now += 59.0
    newcomer = waited(pacer)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(newcomer, 1.0)

    assert pytest.approx(60.0) == await turn


async def test_no_room_before_the_deadline() -> None:
    """A wait that would pass the deadline is refused at once, with its length."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    pacer.settle(sent=True)
    start = clock()

    with pytest.raises(DeadlineExceededError, match="no room for another 60 s") as info:
        await pacer.acquire(start + 60.0)

    assert start == clock()
    assert pytest.approx(60.0) == info.value.retry_after
    assert pytest.approx(60.0) == await waited(pacer, start + 60.001)


async def test_a_refusal_costs_no_room() -> None:
    """Whoever is refused takes nothing away from those who can wait."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    pacer.settle(sent=True)
    for _ in range(10):
        with pytest.raises(DeadlineExceededError):
            await pacer.acquire(clock() + 1.0)

    assert pytest.approx(60.0) == await waited(pacer)


async def test_an_answer_may_come_before_the_deadline() -> None:
    """While nobody can tell when there is room, the call's own deadline decides."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    start = clock()

    with pytest.raises(TimeoutError) as info:
        async with asyncio.timeout(5):
            await pacer.acquire(start + 5.0)

    assert TimeoutError is type(info.value)
    assert pytest.approx(5.0) == clock() - start


@pytest.mark.parametrize(
    ("expected", "limits"),
    [
        (29.0, Limits(retry_after=29.0)),
        (29.0, Limits(retry_after=29.0, reset_in=600.0)),
        (600.0, Limits(reset_in=600.0)),
        (600.0, Limits(reset_in=600.0, remaining=0)),
        (0.0, Limits(retry_after=0.0, reset_in=600.0)),
        (0.0, Limits()),
        (0.0, Limits(remaining=0)),
    ],
)
async def test_a_refusal_closes_the_gate(expected: float, limits: Limits) -> None:
    """After a 429 nobody goes before the server said so."""
    pacer = make(Window(1000, 60.0), Window(5000, 3600.0))
    pacer.learn(limits, refused=True)

    assert pytest.approx(expected) == await waited(pacer)


async def test_a_refusal_holds_for_those_who_wait() -> None:
    """A gate that closes holds back whoever is in the queue already."""
    pacer = make(Window(1, 10.0))
    await pacer.acquire(math.inf)
    pacer.settle(sent=True)
    turn = asyncio.ensure_future(waited(pacer))
    await asyncio.sleep(1)
    pacer.learn(Limits(retry_after=29.0), refused=True)

    assert pytest.approx(30.0) == await turn


async def test_a_success_does_not_close_the_gate() -> None:
    """What else an answer says about waiting does not matter unless it refused."""
    pacer = make(Window(1000, 60.0))
    pacer.learn(Limits(retry_after=29.0, reset_in=600.0), refused=False)

    assert 0.0 == await waited(pacer)


async def test_others_requests_make_wait() -> None:
    """When the server has nothing left the next goes at the reset."""
    pacer = make(Window(1000, 3600.0))
    pacer.learn(Limits(remaining=0, reset_in=40.0), refused=False)

    assert pytest.approx(40.0) == await waited(pacer)


async def test_good_news_reach_those_who_wait() -> None:
    """What an answer corrects is used at once."""
    pacer = make(Window(1000, 3600.0))
    pacer.learn(Limits(remaining=0, reset_in=40.0), refused=False)
    turn = asyncio.ensure_future(waited(pacer))
    await asyncio.sleep(5)
    pacer.learn(Limits(remaining=500, reset_in=35.0), refused=False)

    assert pytest.approx(5.0) == await turn


@pytest.mark.parametrize(
    ("expected", "limits"),
    [
        (29.0, Limits(retry_after=29.0, reset_in=600.0)),
        (600.0, Limits(reset_in=600.0)),
        (0.0, Limits(retry_after=0.0, reset_in=600.0)),
        (None, Limits(remaining=0)),
    ],
)
def test_refusal_wait(expected: float | None, limits: Limits) -> None:
    """`retry-after` goes before the reset, and without both nothing is known."""
    assert expected == refusal_wait(limits)


async def test_leaving_the_queue() -> None:
    """Whoever is cancelled while waiting leaves the turn to the next."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    pacer.settle(sent=True)
    leaver = asyncio.ensure_future(pacer.acquire(math.inf))
    stayer = asyncio.ensure_future(waited(pacer))
    await asyncio.sleep(10)
    leaver.cancel()

    assert pytest.approx(60.0) == await stayer
    assert leaver.cancelled()


async def test_leaving_with_the_turn_in_hand() -> None:
    """A cancellation in the very moment of the turn passes the turn on."""
    pacer = make(Window(1, 60.0))
    await pacer.acquire(math.inf)
    leaver = asyncio.ensure_future(pacer.acquire(math.inf))
    stayer = asyncio.ensure_future(waited(pacer))
    await asyncio.sleep(10)
    pacer.settle(sent=False)
    leaver.cancel()

    assert pytest.approx(10.0) == await stayer
    assert leaver.cancelled()


async def test_a_queue_of_leavers_is_empty() -> None:
    """Once all who waited have left, a newcomer goes at once."""
    pacer = make(Window(1, 60.0), max_in_flight=1)
    await pacer.acquire(math.inf)
    leavers = [asyncio.ensure_future(pacer.acquire(math.inf)) for _ in range(5)]
    await asyncio.sleep(1)
    for leaver in leavers:
        leaver.cancel()
    await asyncio.wait(leavers)
    pacer.settle(sent=False)

    assert 0.0 == await waited(pacer)


QUARTERS = st.integers(0, 40).map(lambda number: number / 4)


@attrs.frozen
class Visitor:
    """One request: when it comes, how long it takes, when it is cancelled."""

    comes: float
    stays: float
    patience: float | None


VISITORS = st.lists(
    st.builds(Visitor, QUARTERS, QUARTERS, st.none() | QUARTERS), max_size=12
)


@attrs.define
class House:
    """Visitors of a pacer who may be cancelled at any moment."""

    pacer: Pacer
    arrivals: list[float] = attrs.field(factory=list)
    served: int = 0

    async def visit(self, visitor: Visitor) -> None:
        """Come, wait for the turn, send and stay; settle however it ends."""
        await asyncio.sleep(visitor.comes)
        await self.pacer.acquire(math.inf)
        self.arrivals.append(clock())
        try:
            await asyncio.sleep(visitor.stays)
            self.served += 1
        finally:
            self.pacer.settle(sent=True)

    async def receive(self, visitors: list[Visitor]) -> None:
        """Let all come, and cancel those who lose patience."""
        loop = asyncio.get_running_loop()
        tasks = []
        for visitor in visitors:
            tasks.append(asyncio.ensure_future(self.visit(visitor)))
            if visitor.patience is not None:
                loop.call_at(
                    loop.time() + visitor.comes + visitor.patience, tasks[-1].cancel
                )
        await asyncio.gather(*tasks, return_exceptions=True)


WINDOWS = [Window(2, 1.0), Window(3, 4.0)]


# Cancelled when the turn comes: the window of the first ends at that moment.
@example([Visitor(0, 0, None), Visitor(0, 0, None), Visitor(0, 0, 1.0)])
@example([Visitor(0, 0, None)] * 3 + [Visitor(0, 0, 4.0)] * 4)
@settings(max_examples=60, deadline=None)
@given(VISITORS)
async def test_no_capacity_is_ever_lost(visitors: list[Visitor]) -> None:
    """Whoever is cancelled, and whenever: the limit holds, and all room comes back."""
    house = House(make(*WINDOWS, max_in_flight=2))
    await house.receive(visitors)
    await asyncio.sleep(4.0)
    patient = sum(visitor.patience is None for visitor in visitors)

    assert [] == violations(WINDOWS, house.arrivals)
    assert patient <= house.served
    assert [0.0, 0.0] == [await waited(house.pacer) for _ in range(2)]
    for _ in range(2):
        house.pacer.settle(sent=True)
    assert pytest.approx(1.0) == await waited(house.pacer)


async def test_a_waiting_coroutine_that_is_closed() -> None:
    """A coroutine that is thrown away while it waits leaves its place."""
    pacer = Pacer(RateLimit(None), max_in_flight=1)
    await pacer.acquire(math.inf)
    waiting = pacer.acquire(math.inf)
    waiting.send(None)
    waiting.close()
    pacer.settle(sent=True)

    async with asyncio.timeout(1):
        await pacer.acquire(math.inf)
