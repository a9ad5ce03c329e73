"""Pacing between processes: two of them here are two objects in one event loop."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest

from gradient_async import (
    Accounts,
    Client,
    ConfigurationError,
    DeadlineExceededError,
    Pacing,
    PacingFactory,
    RateLimit,
    SharedStoreError,
    Window,
)
from gradient_async.shared import SharedPacing, SharedStore
from gradient_async.shared.pacing.queue import SharedPacer
from gradient_async.shared.pacing.script import name_keys
from gradient_async.transport.pacing import Slot
from gradient_async.transport.rate_limit_headers import Limits
from tests.shared.conftest import KEY
from tests.shared.redis_server import RedisServer, run_redis
from tests.support.virtual_time import now

pytestmark = pytest.mark.real_time

FINGERPRINT = "0123456789abcdef"
PLENTY = Window(1000, 60.0)


def create_pacer(store: SharedStore, *windows: Window) -> SharedPacer:
    """Create a pacer of one more process."""
    pacer = SharedPacing(store, RateLimit(windows)).for_account(FINGERPRINT)
    assert isinstance(pacer, SharedPacer)
    return pacer


async def flush(pacer: SharedPacer) -> None:
    """Report at once what would be reported a little later."""
    pacer._state._flush_at = now()
    pacer._advance()
    while pacer._asking is not None:
        await asyncio.wait([pacer._asking])


async def return_spares(pacer: SharedPacer) -> None:
    """Return at once what nobody uses, as if another process waited for it."""
    pacer._state._rivals = 1
    await flush(pacer)


async def read_log(store: SharedStore) -> dict[str, float]:
    """Return the slots that the server counts, and how many seconds ago they ended."""
    key, *_ = name_keys(store, FINGERPRINT)
    time: Any = await store.execute("TIME")
    seconds = float(time[0]) + float(time[1]) / 1e6
    entries: Any = await store.execute("ZRANGE", key, 0, -1, "WITHSCORES")
    flat = [it for pair in entries for it in pair] if _is_paired(entries) else entries
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {name.decode(): seconds - float(score) for name, score in pairs}


def _is_paired(entries: list[Any]) -> bool:
    return bool(entries) and isinstance(entries[0], list | tuple)


async def count_scripts(store: SharedStore) -> int:
    """Return how many scripts the server has run since the last time."""
    statistics: Any = await store.execute("INFO", "commandstats")
    await store.execute("CONFIG", "RESETSTAT")
    return sum(
        statistics.get(f"cmdstat_{name}", {}).get("calls", 0)
        for name in ("eval", "evalsha")
    )


@pytest.fixture
def forgetful() -> Iterator[RedisServer]:
    """Start a server that keeps nothing when it is stopped."""
    with run_redis("--appendonly", "no") as server:
        yield server


async def use(pacer: Pacing, seconds: float = 0.0) -> None:
    """Make one request."""
    slot = await pacer.acquire(30.0)
    await asyncio.sleep(seconds)
    slot.release(sent=True)


async def test_one_limit(store: SharedStore) -> None:
    """Two processes stay within one limit, at nearly full speed, and share it."""
    window = Window(10, 0.3)
    pacers = [create_pacer(store, window) for _ in range(2)]
    sent: list[tuple[float, int]] = []

    async def work(name: int) -> None:
        for _ in range(5):
            slot = await pacers[name].acquire(30.0)
            sent.append((now(), name))
            await asyncio.sleep(0.005)
            slot.release(sent=True)

    began = now()
    await asyncio.gather(*(work(name) for name in (0, 1) * 5))

    times = [at for at, _ in sent]
    assert all(
        later - earlier >= window.seconds
        for earlier, later in zip(times, times[window.requests :], strict=False)
    )
    # 50 requests: the last at 1.2 s.
    assert times[-1] - began < 3.0
    halfway = [name for at, name in sent[:30]]
    assert 10 <= sum(halfway) <= 20


async def test_the_order_within_a_process(store: SharedStore) -> None:
    """Requests of one process are sent in the order in which they came."""
    pacer = create_pacer(store, Window(4, 0.1))
    order: list[int] = []

    async def work(number: int) -> None:
        await use(pacer)
        order.append(number)

    await asyncio.gather(*(work(number) for number in range(17)))

    assert [*range(17)] == order


async def test_a_deadline(store: SharedStore) -> None:
    """A request is refused once it is certain that there is no slot in time."""
    pacer = create_pacer(store, Window(1, 60.0))
    slot = await pacer.acquire(1.0)
    waiting = asyncio.ensure_future(pacer.acquire(5.0))
    await asyncio.sleep(0.05)
    # The one in flight may turn out not to have been sent.
    assert not waiting.done()

    slot.release(sent=True)
    await flush(pacer)
    with pytest.raises(DeadlineExceededError) as caught:
        await waiting
    assert 59 < (caught.value.retry_after or 0) <= 60
    await count_scripts(store)
    with pytest.raises(DeadlineExceededError):
        await pacer.acquire(5.0)
    assert 0 == await count_scripts(store)


async def test_a_request_that_the_server_knows_to_be_late(store: SharedStore) -> None:
    """A process learns from the server that there is no slot in time."""
    await use(first := create_pacer(store, Window(1, 60.0)))
    await flush(first)

    with pytest.raises(DeadlineExceededError):
        await create_pacer(store, Window(1, 60.0)).acquire(5.0)


async def test_no_time_left(store: SharedStore) -> None:
    """A request whose deadline is over is not sent."""
    with pytest.raises(DeadlineExceededError):
        await create_pacer(store, PLENTY).acquire(0.0)


async def test_a_refusal(store: SharedStore) -> None:
    """A 429 in one process revokes slots and blocks requests in the others."""
    refused, other = (create_pacer(store, PLENTY) for _ in range(2))
    slot, others = await refused.acquire(1.0), await other.acquire(1.0)
    began = now()
    slot.release(sent=True, limits=Limits(retry_after=0.8, refused=True))
    assert slot.is_revoked
    # The other learns of it with its next script.
    await asyncio.sleep(0.05)
    was_revoked = others.is_revoked
    await flush(other)
    assert (False, True) == (was_revoked, others.is_revoked)

    others.release(sent=False)
    await use(other)
    assert 0.8 <= now() - began < 5.0


async def test_a_refusal_without_a_time(store: SharedStore) -> None:
    """A refusal that does not say for how long blocks nothing."""
    pacer = create_pacer(store, PLENTY)
    slot = await pacer.acquire(1.0)
    slot.release(sent=True, limits=Limits(refused=True))

    assert not slot.is_revoked


async def test_what_responses_say(store: SharedStore) -> None:
    """What a response says is left of the longest window holds for all processes."""
    first, second = (create_pacer(store, Window(10, 60.0)) for _ in range(2))
    slot = await first.acquire(1.0)
    slot.release(sent=True, limits=Limits(remaining=1, reset_in=30.0))
    await flush(first)

    await use(second)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await second.acquire(59.0)


async def test_slots_that_were_not_sent(store: SharedStore) -> None:
    """A slot that is released unsent goes to the next request, or is returned."""
    pacer = create_pacer(store, Window(1, 60.0))
    slot = await pacer.acquire(1.0)
    waiting = asyncio.ensure_future(pacer.acquire(30.0))
    await asyncio.sleep(0.05)
    slot.release(sent=False)
    (await waiting).release(sent=False)

    await return_spares(pacer)
    await use(create_pacer(store, Window(1, 60.0)))


async def test_a_slot_that_was_not_used_in_time(store: SharedStore) -> None:
    """A slot that was held for longer than it lasts must not be used."""
    pacer = create_pacer(store, PLENTY)
    slot = await pacer.acquire(1.0)
    state = pacer._state
    for number in state._log._in_flight:
        state._log._in_flight[number] = now() - 6.0

    assert slot.is_revoked
    slot.release(sent=False)
    assert not state._log._in_flight.keys() - {*state._spares}
    await use(pacer)


async def test_a_request_that_takes_long(store: SharedStore) -> None:
    """The slot of a request in flight is renewed."""
    pacer = create_pacer(store, PLENTY)
    slot = await pacer.acquire(1.0)
    await asyncio.sleep(2.0)

    assert not slot.is_revoked
    # Without that it would expire in three seconds.
    (ended_ago,) = (await read_log(store)).values()
    assert ended_ago < -3.5
    slot.release(sent=True)


async def test_scripts_for_requests(store: SharedStore) -> None:
    """A request costs no more than one script, alone or beside another process."""
    windows = Window(40, 0.4), Window(200, 60.0)
    first, second = (create_pacer(store, *windows) for _ in range(2))
    await count_scripts(store)
    for _ in range(20):
        await use(first)
    assert await count_scripts(store) <= 20

    async def work(pacer: SharedPacer) -> None:
        for _ in range(8):
            await use(pacer, 0.005)

    await asyncio.gather(*(work(pacer) for pacer in (first, second) * 8))
    assert await count_scripts(store) <= 128


@pytest.mark.parametrize("seed", range(6))
async def test_cancelled_requests(store: SharedStore, seed: int) -> None:
    """Whenever requests are cancelled, the server counts what was sent, and no more."""
    generator = random.Random(seed)
    pacers = [create_pacer(store, Window(30, 0.3), PLENTY) for _ in range(2)]
    sent = 0

    async def call(pacer: SharedPacer) -> None:
        nonlocal sent
        slot = await pacer.acquire(30.0)
        is_sent = False
        try:
            for _ in range(generator.randrange(3)):
                await asyncio.sleep(0)
            is_sent = generator.random() < 0.8
            await asyncio.sleep(generator.random() * 0.01)
        finally:
            sent += is_sent
            slot.release(sent=is_sent)

    async def cancel(tasks: list[asyncio.Task[None]]) -> None:
        for task in generator.sample(tasks, len(tasks) // 2):
            for _ in range(generator.randrange(12)):
                await asyncio.sleep(0)
            task.cancel()

    async with asyncio.timeout(30):
        for _ in range(8):
            tasks = [
                asyncio.create_task(call(generator.choice(pacers))) for _ in range(12)
            ]
            await asyncio.sleep(generator.choice([0.0, 0.003, 0.05]))
            await cancel(tasks)
            await asyncio.gather(*tasks, return_exceptions=True)
    for pacer in pacers:
        await return_spares(pacer)

    assert [0, 0] == [len(pacer._queue) for pacer in pacers]
    log = await read_log(store)
    assert sent == len(log)
    assert min(log.values(), default=0.0) > -1.0


async def test_a_slot_granted_during_cancellation(store: SharedStore) -> None:
    """A request that is cancelled as it gets its slot returns it unused."""
    pacer = create_pacer(store, Window(1, 60.0))
    waiting = asyncio.ensure_future(pacer.acquire(1.0))
    await asyncio.sleep(0)
    assert pacer._asking is not None
    # After the callback that hands out the slot, before the request goes on.
    pacer._asking.add_done_callback(lambda _: waiting.cancel())
    await asyncio.wait([waiting])
    assert waiting.cancelled()

    async with asyncio.timeout(5):
        (await pacer.acquire(1.0)).release(sent=False)


@pytest.mark.parametrize("seed", range(2))
async def test_a_server_that_comes_and_goes(forgetful: RedisServer, seed: int) -> None:
    """Whatever happens to the server, the processes stay within the limit."""
    windows = Window(20, 0.5), Window(60, 3.0)
    generator = random.Random(seed)
    sent: list[float] = []

    async def work(pacer: SharedPacer) -> None:
        while True:
            patience = generator.choice([0.003, 0.05, 20.0, 20.0])
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    slot = await pacer.acquire(30.0)
                is_sent = not slot.is_revoked and generator.random() < 0.9
                await asyncio.sleep(generator.random() * 0.004)
                if is_sent:
                    sent.append(now())
                    await asyncio.sleep(generator.random() * 0.004)
                slot.release(sent=is_sent)

    async def disturb() -> None:
        for is_killed in (seed == 0, seed == 1):
            await asyncio.sleep(1 + generator.random())
            if is_killed:
                await asyncio.to_thread(forgetful.kill)
            else:
                forgetful.pause()
            await asyncio.sleep(generator.random())
            if is_killed:
                await asyncio.to_thread(forgetful.start)
            else:
                forgetful.resume()
        await asyncio.sleep(1)

    async with AsyncExitStack() as stack:
        stores = [SharedStore(forgetful.url, key=KEY, timeout=0.2) for _ in range(3)]
        pacers = [
            create_pacer(await stack.enter_async_context(store), *windows)
            for store in stores
        ]
        workers = [asyncio.create_task(work(pacer)) for pacer in pacers * 6]
        await disturb()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    assert 60 <= len(sent)
    for window in windows:
        pairs = zip(sent, sent[window.requests :], strict=False)
        assert all(later - earlier >= window.seconds for earlier, later in pairs)


async def test_a_server_that_is_gone(
    server: RedisServer, store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the server, requests are paced alone; then all are counted again."""
    caplog.set_level(logging.INFO, "gradient_async")
    pacer, other = (create_pacer(store, Window(8, 0.4)) for _ in range(2))
    await asyncio.gather(use(pacer), use(other))
    await flush(pacer)
    server.kill()

    began = now()
    await asyncio.gather(*(use(pacer) for _ in range(9)))
    # Half of it is its own: 4 at once, 4 at 0.4 s, the last at 0.8 s.
    assert 0.7 < now() - began < 5.0
    assert ["WARNING"] == [it.levelname for it in caplog.records]
    assert "paces its requests on its own" in caplog.text

    server.start()
    while len(caplog.records) == 1:
        await use(pacer, 0.01)
    record = caplog.records[1]
    assert ("INFO", True) == (record.levelname, "responds again" in record.message)
    await use(pacer)
    await flush(pacer)
    assert len(await read_log(store)) <= 8
    assert 2 == len(caplog.records)


async def test_a_server_that_hangs(server: RedisServer) -> None:
    """Only the first call waits for a server that hangs, for its timeout."""
    async with SharedStore(server.url, key=KEY, timeout=0.3) as store:
        pacer = create_pacer(store, PLENTY)
        await use(pacer)
        server.pause()
        began = now()
        await use(pacer)
        assert 0.3 <= now() - began < 3.0

        began = now()
        for _ in range(20):
            await use(pacer)
        assert now() - began < 3.0

        server.resume()
        while pacer._link.is_down:
            await use(pacer, 0.01)
        await flush(pacer)
        # What hung was not run as well.
        in_flight = [it for it in (await read_log(store)).values() if it < -1]
        assert [] == in_flight


async def test_a_fixed_share(server: RedisServer, store: SharedStore) -> None:
    """The share of the limit while the server is gone can be set."""
    limit = RateLimit([Window(10, 60.0)])
    pacer = SharedPacing(store, limit, share=0.2).for_account(FINGERPRINT)
    server.kill()

    for _ in range(2):
        await use(pacer)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await use(pacer)


async def test_data_that_was_lost(forgetful: RedisServer) -> None:
    """A server that lost its data learns from each process what it has sent."""
    async with SharedStore(forgetful.url, key=KEY) as store:
        pacer = create_pacer(store, Window(20, 60.0))
        held = await pacer.acquire(1.0)
        for _ in range(4):
            await use(pacer)
        await flush(pacer)
        before = await read_log(store)
        forgetful.stop()
        forgetful.start()

        # Whoever finds the broken connection; the pacing may not even notice.
        with suppress(SharedStoreError):
            await store.execute("PING")
        assert {} == await read_log(store)
        await use(pacer)
        await flush(pacer)
        after = await read_log(store)
        assert 5 == sum(seconds > -1 for seconds in after.values())
        ended = {name for name, seconds in before.items() if seconds > -1}
        assert ended < after.keys()
        held.release(sent=True)


async def test_tasks_that_are_cancelled(store: SharedStore) -> None:
    """If something cancels all tasks, requests that go on still get their slots."""
    pacer = create_pacer(store, Window(2, 60.0))
    waiting = asyncio.ensure_future(pacer.acquire(1.0))
    await asyncio.sleep(0)
    assert pacer._asking is not None
    pacer._asking.cancel()

    (await waiting).release(sent=False)


async def test_a_loop_that_ends(store: SharedStore) -> None:
    """If all tasks are cancelled, also those of requests, nothing is begun any more."""
    pacer = create_pacer(store, Window(2, 60.0))
    waiting = asyncio.ensure_future(pacer.acquire(1.0))
    await asyncio.sleep(0)
    asking = pacer._asking
    assert asking is not None
    for task in (waiting, asking):
        task.cancel()
    await asyncio.wait([waiting, asking])
    await asyncio.sleep(0.01)

    assert (None, None) == (pacer._asking, pacer._timer)


async def test_a_store_that_is_closed(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A closed store gets no reports, in silence; later requests are paced alone."""
    async with SharedStore(server.url, key=KEY) as store:
        pacer = create_pacer(store, Window(20, 60.0))
        held = await pacer.acquire(1.0)
        pacer._state._flush_at = now()
        pacer._advance()
        asking = pacer._asking
        assert asking is not None
    await asyncio.wait([asking])
    held.release(sent=True)
    pacer._state._flush_at = now()
    pacer._advance()
    assert (None, "") == (pacer._asking, caplog.text)

    await use(pacer)
    assert "the store is closed" in caplog.text


async def test_a_report_that_is_cancelled(store: SharedStore) -> None:
    """If something cancels a report, it is made with the next script."""
    await use(pacer := create_pacer(store, PLENTY))
    pacer._state._flush_at = now()
    pacer._advance()
    assert pacer._asking is not None
    pacer._asking.cancel()
    await asyncio.wait([pacer._asking])
    assert pacer._asking is None

    await flush(pacer)
    assert all(ended_ago > 0 for ended_ago in (await read_log(store)).values())


async def test_a_request_that_is_destroyed(store: SharedStore) -> None:
    """A request that is destroyed while it waits leaves the queue."""
    pacer = create_pacer(store, Window(1, 60.0))
    slot = await pacer.acquire(1.0)
    waiting = pacer.acquire(30.0)
    waiting.send(None)
    waiting.close()
    slot.release(sent=False)

    (await pacer.acquire(1.0)).release(sent=False)


class BrokenClient:
    """A client of the caller's that raises an error of its own."""

    async def execute_command(self, *args: str | bytes | float) -> object:
        """Raise."""
        raise LookupError("dop_v1_secret")


async def test_a_client_that_is_broken(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a client raises, requests are paced alone, and it is not quoted."""
    pacer = create_pacer(SharedStore(BrokenClient(), key=KEY), PLENTY)
    await use(pacer)

    assert "shared store: LookupError; each process paces" in caplog.text
    assert "secret" not in caplog.text


def test_two_event_loops(caplog: pytest.LogCaptureFixture) -> None:
    """It moves on once its event loop is closed, and serves no two at a time."""
    pacing = SharedPacing(SharedStore("redis://127.0.0.1:1", key=KEY))
    names = set()

    async def acquire(fingerprint: str) -> Slot:
        slot = await pacing.for_account(fingerprint).acquire(1.0)
        slot.release(sent=True)
        names.add(pacing._link.process)
        return slot

    slot = asyncio.run(acquire("a"))
    asyncio.run(acquire("a"))
    # A process that was forked is another one, and warns on its own.
    assert 2 == len(names)
    assert 2 == caplog.text.count("paces its requests on its own")
    # Of a loop that is closed: nothing happens.
    slot.release(sent=True)
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(acquire("a"))
        with pytest.raises(ConfigurationError, match="another event loop"):
            second.run(acquire("b"))


async def test_a_slot_of_an_earlier_event_loop(store: SharedStore) -> None:
    """A slot of a loop that was closed is none of the next one's."""
    pacer = create_pacer(store, PLENTY)
    slot = await pacer.acquire(1.0)
    pacer._reset()
    slot.release(sent=True)

    assert not pacer._state._log._in_flight


def test_one_pacer_per_token() -> None:
    """Clients of one token share a pacer, which is gone when none has it."""
    pacing = SharedPacing(SharedStore("redis://h", key=KEY))
    assert isinstance(pacing, PacingFactory)
    first = pacing.for_account("a")

    assert first is pacing.for_account("a")
    assert first is not pacing.for_account("b")
    del first
    gc.collect()
    assert [] == [*pacing._pacers]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"store": 3}, "store must be"),
        ({"rate_limit": 250}, "rate_limit must be"),
        ({"share": "all"}, "share must be"),
        ({"share": 0}, "share must be above 0 and at most 1, not 0"),
        ({"share": 1.5}, "not 1.5"),
        ({"share": float("nan")}, "not nan"),
    ],
)
def test_invalid_arguments(arguments: dict[str, Any], reason: str) -> None:
    """An invalid argument is refused at once."""
    store = SharedStore("redis://h", key=KEY)
    with pytest.raises(ConfigurationError, match=reason):
        SharedPacing(**{"store": store} | arguments)


def test_the_class_itself() -> None:
    """The class in the place of an instance is refused at once."""
    pacing: Any = SharedPacing
    for create in (
        lambda: Client("t", pacing=pacing),
        lambda: Accounts({"acme": "t"}, pacing=pacing),
    ):
        with pytest.raises(ConfigurationError, match="got the class SharedPacing"):
            create()


async def test_what_is_no_error_of_the_store(store: SharedStore) -> None:
    """A key that something else uses is reported as a failure, once."""
    log, *_ = name_keys(store, FINGERPRINT)
    await store.execute("SET", log, "x")
    pacer = create_pacer(store, PLENTY)

    await use(pacer)
    assert pacer._link.is_down
    with pytest.raises(SharedStoreError):
        await store.execute("ZCARD", log)
