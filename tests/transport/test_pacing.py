"""The queue for a rate limit: order, capacity and cancellation."""

from __future__ import annotations

import asyncio
import math
import random

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradient_async.errors import DeadlineExceededError
from gradient_async.transport.pacing import Pacer, Slot
from gradient_async.transport.rate_limit_headers import Limits
from gradient_async.transport.sliding_log import RateLimit, Window
from tests.support.examples import examples
from tests.support.oracle import violations
from tests.support.virtual_time import VirtualTimeLoop, now


def create_pacer(*windows: Window) -> Pacer:
    """Create a pacer for these windows."""
    return Pacer(RateLimit(windows))


async def measure_wait(pacer: Pacer, seconds_left: float = math.inf) -> float:
    """Acquire a slot and return the seconds it took."""
    start = now()
    await pacer.acquire(seconds_left)
    return now() - start


async def send(pacer: Pacer, limits: Limits | None = None) -> None:
    """Send a request whose response arrives at once and reports these limits."""
    slot = await pacer.acquire(math.inf)
    slot.release(sent=True, limits=limits)


async def test_no_wait_below_the_limit() -> None:
    """Below the limit, acquiring neither waits nor yields to other tasks."""
    pacer = create_pacer(Window(3, 60.0))
    bystander = asyncio.ensure_future(asyncio.sleep(0))

    assert [0.0] * 3 == [await measure_wait(pacer) for _ in range(3)]
    assert not bystander.done()

    await bystander


async def test_no_wait_without_a_limit() -> None:
    """With pacing disabled, nothing waits."""
    pacer = Pacer(RateLimit(None))

    assert {0.0} == {await measure_wait(pacer) for _ in range(1000)}


async def test_a_full_window_delays_the_next_request() -> None:
    """The next request is sent exactly one window after the first response."""
    pacer = create_pacer(Window(1, 60.0))
    slot = await pacer.acquire(math.inf)
    await asyncio.sleep(2)
    slot.release(sent=True)
    await asyncio.sleep(3)

    assert pytest.approx(57.0) == await measure_wait(pacer)


async def test_an_unsent_request_frees_its_slot() -> None:
    """If nothing was sent, the next in the queue is sent at once."""
    pacer = create_pacer(Window(1, 60.0))
    slot = await pacer.acquire(math.inf)
    turn = asyncio.ensure_future(measure_wait(pacer))
    await asyncio.sleep(5)
    slot.release(sent=False)

    assert pytest.approx(5.0) == await turn


@attrs.define
class Traffic:
    """Requests of random latency through a pacer, and their arrivals at a server."""

    pacer: Pacer
    rng: random.Random
    granted: list[int] = attrs.field(factory=list)
    grants: list[float] = attrs.field(factory=list)
    arrivals: list[float] = attrs.field(factory=list)

    async def request(self, number: int) -> None:
        """Send one request."""
        slot = await self.pacer.acquire(math.inf)
        self.granted.append(number)
        sent_at = now()
        self.grants.append(sent_at)
        await asyncio.sleep(self.rng.uniform(0.01, 0.1))
        self.arrivals.append(self.rng.uniform(sent_at, now()))
        slot.release(sent=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_600_requests_at_once(seed: int) -> None:
    """600 requests at once stay within the limit, in order, at nearly ideal speed."""
    windows = [Window(25, 1.0), Window(100, 10.0)]
    traffic = Traffic(create_pacer(*windows), random.Random(seed))
    start = now()

    async with asyncio.TaskGroup() as group:
        for number in range(600):
            group.create_task(traffic.request(number))

    # With no latency at all, the last 25 of 600 go 53 seconds after the first.
    ideal = 53.0

    assert list(range(600)) == traffic.granted
    assert [] == violations(windows, traffic.arrivals)
    assert ideal <= traffic.grants[-1] - start <= ideal / 0.97


async def test_first_come_first_served() -> None:
    """A new request does not overtake queued ones, even if there is capacity."""
    pacer = create_pacer(Window(1, 60.0))
    slot = await pacer.acquire(math.inf)
    order: list[str] = []

    async def request(name: str) -> None:
        own_slot = await pacer.acquire(math.inf)
        order.append(name)
        own_slot.release(sent=False)

    async with asyncio.TaskGroup() as group:
        group.create_task(request("first"))
        await asyncio.sleep(0)
        group.create_task(request("second"))
        await asyncio.sleep(0)
        # The slot is free now, but the first has not been woken yet.
        slot.release(sent=False)
        await request("newcomer")

    assert ["first", "second", "newcomer"] == order


async def test_newcomers_do_not_overtake_after_a_busy_loop() -> None:
    """Capacity freed while the loop was busy belongs to queued requests."""
    pacer = create_pacer(Window(1, 60.0))
    await send(pacer)
    turn = asyncio.ensure_future(measure_wait(pacer))
    await asyncio.sleep(1)
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    # Time passes before any timer has run.
    loop._jumping.now += 59.0
    newcomer = measure_wait(pacer)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(newcomer, 1.0)

    assert pytest.approx(60.0) == await turn


async def test_no_capacity_before_the_deadline() -> None:
    """A wait past the deadline raises at once, with the length of the wait."""
    pacer = create_pacer(Window(1, 60.0))
    await send(pacer)
    start = now()

    with pytest.raises(
        DeadlineExceededError, match="no request for another 60 s"
    ) as info:
        await pacer.acquire(60.0)

    assert start == now()
    assert pytest.approx(60.0) == info.value.retry_after
    assert pytest.approx(60.0) == await measure_wait(pacer, 60.001)


async def test_a_response_may_come_before_the_deadline() -> None:
    """While the wait is unknown, a request waits until its own deadline."""
    pacer = create_pacer(Window(1, 60.0))
    await pacer.acquire(math.inf)
    start = now()

    with pytest.raises(TimeoutError) as info:
        async with asyncio.timeout(5):
            await pacer.acquire(5.0)

    assert TimeoutError is type(info.value)
    assert pytest.approx(5.0) == now() - start


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
async def test_a_429_blocks_sending(expected: float, limits: Limits) -> None:
    """After a 429, nothing is sent before the time that the server named."""
    pacer = create_pacer(Window(1000, 60.0), Window(5000, 3600.0))
    await send(pacer, attrs.evolve(limits, refused=True))

    assert pytest.approx(expected) == await measure_wait(pacer)


async def test_a_429_blocks_queued_requests() -> None:
    """A 429 also delays requests that are already queued."""
    pacer = create_pacer(Window(2, 10.0))
    await send(pacer)
    slot = await pacer.acquire(math.inf)
    turn = asyncio.ensure_future(measure_wait(pacer))
    await asyncio.sleep(1)
    slot.release(sent=True, limits=Limits(retry_after=29.0, refused=True))

    assert pytest.approx(30.0) == await turn


async def test_a_success_does_not_block() -> None:
    """Wait hints in a response do not matter unless it is a 429."""
    pacer = create_pacer(Window(1000, 60.0))
    await send(pacer, Limits(retry_after=29.0, reset_in=600.0))

    assert 0.0 == await measure_wait(pacer)


async def test_requests_of_others_delay() -> None:
    """If the server reports nothing remaining, the next is sent at the reset."""
    pacer = create_pacer(Window(1000, 3600.0))
    await send(pacer, Limits(remaining=0, reset_in=40.0))

    assert pytest.approx(40.0) == await measure_wait(pacer)


async def test_corrections_reach_queued_requests() -> None:
    """A correction by a later response takes effect at once."""
    pacer = create_pacer(Window(1000, 3600.0))
    slot = await pacer.acquire(math.inf)
    await send(pacer, Limits(remaining=0, reset_in=40.0))
    turn = asyncio.ensure_future(measure_wait(pacer))
    await asyncio.sleep(5)
    slot.release(sent=True, limits=Limits(remaining=500, reset_in=35.0))

    assert pytest.approx(5.0) == await turn


async def test_a_429_blocks_before_its_slot_is_free() -> None:
    """The slot that a 429 frees does not admit a queued request."""
    pacer = create_pacer(Window(1, 60.0))
    slot = await pacer.acquire(math.inf)
    turn = asyncio.ensure_future(measure_wait(pacer))
    await asyncio.sleep(1)
    slot.release(sent=False, limits=Limits(retry_after=29.0, refused=True))

    assert pytest.approx(30.0) == await turn


async def test_a_429_rejects_queued_requests_that_would_be_late() -> None:
    """Requests whose deadline is not after the end of the block fail at once."""
    pacer = create_pacer(Window(4, 60.0))
    slot, *_ = [await pacer.acquire(math.inf) for _ in range(4)]
    patient = asyncio.ensure_future(measure_wait(pacer, 600.0))
    late = [asyncio.ensure_future(pacer.acquire(left)) for left in (29.0, 101.0)]
    leaver = asyncio.ensure_future(pacer.acquire(29.0))
    await asyncio.sleep(1)
    leaver.cancel()
    await asyncio.wait([leaver])
    slot.release(sent=True, limits=Limits(retry_after=100.0, refused=True))
    start = now()
    async with asyncio.timeout(1.0):
        errors = await asyncio.gather(*late, return_exceptions=True)

    assert start == now()
    assert [DeadlineExceededError] * 2 == [type(error) for error in errors]
    assert [100.0] * 2 == [getattr(error, "retry_after", None) for error in errors]
    assert pytest.approx(101.0) == await patient


async def test_queued_requests_are_refused_when_the_window_is_full() -> None:
    """Once nothing can become free before its deadline, a request fails at once."""
    pacer = create_pacer(Window(20, 60.0))
    slots = [await pacer.acquire(6.0) for _ in range(20)]
    waiting = [asyncio.ensure_future(pacer.acquire(6.0)) for _ in range(20)]
    await asyncio.sleep(0.5)
    for slot in slots:
        slot.release(sent=True)
    start = now()
    async with asyncio.timeout(1.0):
        errors = await asyncio.gather(*waiting, return_exceptions=True)

    assert start == now()
    assert {DeadlineExceededError} == {type(error) for error in errors}
    assert [pytest.approx(60.0)] * 20 == [
        getattr(error, "retry_after", None) for error in errors
    ]


async def test_a_rejected_request_frees_no_slot() -> None:
    """A request that a 429 rejected in the queue had no slot to return."""
    pacer = create_pacer(Window(1, 60.0))
    slot = await pacer.acquire(math.inf)
    late = asyncio.ensure_future(pacer.acquire(29.0))
    await asyncio.sleep(1)
    slot.release(sent=True, limits=Limits(retry_after=100.0, refused=True))
    with pytest.raises(DeadlineExceededError):
        await late
    await send(pacer)

    assert pytest.approx(60.0) == await measure_wait(pacer)


async def test_cancellation_when_the_slot_is_granted() -> None:
    """A request cancelled just as its slot is granted passes the slot on."""
    pacer = create_pacer(Window(1, 60.0))
    slot = await pacer.acquire(math.inf)
    leaver = asyncio.ensure_future(pacer.acquire(math.inf))
    stayer = asyncio.ensure_future(measure_wait(pacer))
    await asyncio.sleep(10)
    slot.release(sent=False)
    leaver.cancel()

    assert pytest.approx(10.0) == await stayer
    assert leaver.cancelled()


QUARTERS = st.integers(0, 40).map(lambda number: number / 4)


@attrs.frozen
class RandomRequest:
    """A request: when it starts, how long it takes, when it is cancelled."""

    start: float
    latency: float
    cancel_after: float | None


REQUESTS = st.lists(
    st.builds(RandomRequest, QUARTERS, QUARTERS, st.none() | QUARTERS), max_size=12
)


@attrs.define
class Sender:
    """Requests through a pacer that may be cancelled at any time."""

    pacer: Pacer
    arrivals: list[float] = attrs.field(factory=list)
    served: int = 0

    async def send(self, request: RandomRequest) -> None:
        """Acquire a slot and send a request; release the slot however it ends."""
        await asyncio.sleep(request.start)
        slot = await self.pacer.acquire(math.inf)
        self.arrivals.append(now())
        try:
            await asyncio.sleep(request.latency)
            self.served += 1
        finally:
            slot.release(sent=True)

    async def send_all(self, requests: list[RandomRequest]) -> None:
        """Start all requests and cancel those with `cancel_after`."""
        loop = asyncio.get_running_loop()
        tasks = []
        for request in requests:
            tasks.append(asyncio.ensure_future(self.send(request)))
            if request.cancel_after is not None:
                loop.call_at(
                    loop.time() + request.start + request.cancel_after, tasks[-1].cancel
                )
        await asyncio.gather(*tasks, return_exceptions=True)


WINDOWS = [Window(2, 1.0), Window(3, 4.0)]


# Cancelled when the slot is granted: the window of the first ends at that moment.
@example([RandomRequest(0, 0, None)] * 2 + [RandomRequest(0, 0, 1.0)])
@example([RandomRequest(0, 0, None)] * 3 + [RandomRequest(0, 0, 4.0)] * 4)
@settings(max_examples=60, deadline=None)
@given(REQUESTS)
async def test_no_capacity_is_ever_lost(requests: list[RandomRequest]) -> None:
    """Whatever is cancelled, and when: the limit holds and all capacity returns."""
    sender = Sender(create_pacer(*WINDOWS))
    await sender.send_all(requests)
    await asyncio.sleep(4.0)
    kept = sum(request.cancel_after is None for request in requests)

    assert [] == violations(WINDOWS, sender.arrivals)
    assert kept <= sender.served
    began = now()
    slots = [await sender.pacer.acquire(math.inf) for _ in range(2)]
    assert began == now()
    for slot in slots:
        slot.release(sent=True)
    assert pytest.approx(1.0) == await measure_wait(sender.pacer)


EIGHTH = 0.125


@attrs.frozen
class ImpatientRequest:
    """A request: when it starts, how long it waits and takes, whether it is sent."""

    start: float
    patience: float
    latency: float
    is_sent: bool = True


class PatientPacer(Pacer):
    """A pacer that refuses nobody."""

    async def acquire(self, seconds_left: float) -> Slot:
        """Wait for as long as it takes."""
        return await super().acquire(math.inf)


async def run_queue(
    pacer: Pacer, requests: list[ImpatientRequest]
) -> list[tuple[bool, float]]:
    """Return of each request whether it was admitted, and how long it waited."""

    async def run(index: int, request: ImpatientRequest) -> tuple[bool, float]:
        # No two at the same instant, whose order would be left to chance.
        await asyncio.sleep(request.start + index / 1024)
        start = now()
        # Nothing else happens at an odd eighth.
        patience = request.patience + EIGHTH
        try:
            async with asyncio.timeout(patience):
                slot = await pacer.acquire(patience)
        except TimeoutError:
            return False, now() - start
        waited = now() - start
        await asyncio.sleep(request.latency)
        slot.release(sent=request.is_sent)
        return True, waited

    return await asyncio.gather(*(run(*it) for it in enumerate(requests)))


IMPATIENT = st.lists(
    st.builds(ImpatientRequest, QUARTERS, QUARTERS, QUARTERS, st.booleans()),
    max_size=12,
)


# The queue of a full window: those admitted, refused, and admitted because of that.
@example([ImpatientRequest(0, 2, 0)] * 9)
@example([ImpatientRequest(0, 2, 1, is_sent=False)] * 9)
@settings(max_examples=examples(60), deadline=None)
@given(IMPATIENT)
async def test_only_those_who_would_leave_are_refused(
    requests: list[ImpatientRequest],
) -> None:
    """Refusals change nothing for the others: all are admitted when they would be."""
    expected = await run_queue(PatientPacer(RateLimit(WINDOWS)), requests)
    actual = await run_queue(create_pacer(*WINDOWS), requests)

    # Floating-point sums differ in their last bits.
    waits = [pytest.approx(waited) for admitted, waited in expected if admitted]
    assert waits == [waited for admitted, waited in actual if admitted]
    assert [it[0] for it in expected] == [it[0] for it in actual]


async def test_a_waiting_coroutine_that_is_closed() -> None:
    """A coroutine closed while it waits leaves the queue."""
    pacer = create_pacer(Window(1, 60.0))
    slot = await pacer.acquire(math.inf)
    waiting = pacer.acquire(math.inf)
    waiting.send(None)
    waiting.close()
    slot.release(sent=False)

    async with asyncio.timeout(1):
        await pacer.acquire(math.inf)
