"""Pacing passed to clients: a pacer that they share, and pacing written by users."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import attrs
import pytest

from gradient_async import (
    Accounts,
    Client,
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DecodeError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimit,
    Window,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.emulator import Window as ServerWindow
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from gradient_async.transport.credentials import Secret
from gradient_async.transport.pacing import Pacer
from gradient_async.transport.rate_limit_headers import Limits
from tests.support.virtual_time import now

LIST = "/v2/gen-ai/indexing_jobs"


async def test_a_shared_pacer_keeps_one_limit() -> None:
    """Two clients of one token stay within its limit, at nearly full speed."""
    limits = (ServerWindow(5, 1.0), ServerWindow(20, 10.0))
    pacer = Pacer(RateLimit([Window(5, 1.0), Window(20, 10.0)]))
    async with Emulator(jobs=1, limits=limits, latency=0.01, jitter=0.02) as api:
        first, second = (
            Client(api.token, base_url=api.url, pacing=pacer, timeout=120.0)
            for _ in range(2)
        )
        async with first, second:
            began = now()
            await asyncio.gather(
                *(it.request("GET", LIST) for it in (first, second) for _ in range(30))
            )

    # 5 a second up to 20, and the same every 10 s: the last 5 of 60 after 23 s.
    assert [200] * 60 == [request.status for request in api.requests]
    assert api.requests[-1].at - began <= 23.0 / 0.97


async def test_a_429_blocks_all_clients_of_a_pacer(api: Emulator) -> None:
    """After a 429 for one client, the others that share its pacer wait, too."""
    api.fail(Fault(status=429, headers={"retry-after": "20"}))
    pacer = Pacer()
    refused, other = (
        Client(api.token, base_url=api.url, pacing=pacer) for _ in range(2)
    )
    async with refused, other:
        began = now()
        call = asyncio.ensure_future(refused.request("GET", LIST))
        await asyncio.sleep(1)
        await asyncio.gather(call, other.request("GET", LIST))

    assert [0, 20, 20] == [round(request.at - began) for request in api.requests]


def test_pacing_and_a_rate_limit() -> None:
    """A client has either its own rate limit or the pacing passed in."""
    with pytest.raises(ConfigurationError, match="rate_limit= or pacing="):
        Client("t", pacing=Pacer(), rate_limit=RateLimit(None))


def test_a_pacer_in_two_event_loops() -> None:
    """A pacer moves on once its event loop is closed, and serves no two at a time."""
    pacer = Pacer(RateLimit(None))

    async def acquire() -> bool:
        slot = await pacer.acquire(1.0)
        slot.release(sent=True)
        return slot.is_revoked

    assert not asyncio.run(acquire())
    assert not asyncio.run(acquire())
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(acquire())
        with pytest.raises(ConfigurationError, match="another event loop"):
            second.run(acquire())


@attrs.define
class RecordingSlot:
    """A slot that records its releases."""

    releases: list[tuple[bool, Limits | None]] = attrs.field(factory=list)
    is_revoked: bool = False

    def release(self, *, sent: bool, limits: Limits | None = None) -> None:
        """Record the end of a request."""
        self.releases.append((sent, limits))


@attrs.define
class RecordingPacing:
    """Pacing without any limit that records the use of its slots."""

    seconds_left: list[float] = attrs.field(factory=list)
    slots: list[RecordingSlot] = attrs.field(factory=list)

    async def acquire(self, seconds_left: float) -> RecordingSlot:
        """Return a new slot at once."""
        self.seconds_left.append(seconds_left)
        self.slots.append(RecordingSlot())
        return self.slots[-1]

    @property
    def releases(self) -> list[tuple[bool, Limits | None]]:
        """The release of each slot; an error unless there was exactly one."""
        return [release for slot in self.slots for (release,) in [slot.releases]]


def respond_in_turn(outcomes: Iterable[Response | Exception]) -> MemoryTransport:
    """Create a transport with these outcomes, one per request."""
    remaining = iter(outcomes)
    return MemoryTransport(lambda _: next(remaining))


async def hang(_: Request) -> Response:
    """Never respond."""
    return await asyncio.Future[Response]()


OK = json_response({})
UNAVAILABLE = json_response({}, status=503)
REFUSED = json_response({}, status=429, headers={"Retry-After": "3"})
NOT_FOUND = json_response({}, status=404)
LOST = ConnectionLostError("lost")
UNSENT = ConnectError("no route", sent=False)

RECEIVED = (True, Limits())


@pytest.mark.parametrize(
    ("expected", "error", "outcomes"),
    [
        pytest.param([RECEIVED], None, [OK], id="success"),
        pytest.param(
            [(True, Limits(retry_after=3.0, refused=True)), RECEIVED],
            None,
            [REFUSED, OK],
            id="429",
        ),
        pytest.param([RECEIVED] * 3, None, [UNAVAILABLE] * 2 + [OK], id="503"),
        pytest.param([RECEIVED], NotFoundError, [NOT_FOUND], id="404"),
        pytest.param([(True, None)] * 4, ConnectionLostError, [LOST] * 4, id="lost"),
        pytest.param([(False, None)] * 4, ConnectError, [UNSENT] * 4, id="unsent"),
        pytest.param(
            [(True, None), (False, None), RECEIVED],
            None,
            [LOST, UNSENT, OK],
            id="lost, then unsent",
        ),
        pytest.param(
            [(False, None)], ClientClosedError, [ClientClosedError("x")], id="closed"
        ),
        pytest.param(
            [(True, None)], ZeroDivisionError, [ZeroDivisionError()], id="other error"
        ),
        pytest.param(
            [RECEIVED], DecodeError, [Response(status=200, body=b"[")], id="decode"
        ),
    ],
)
async def test_each_slot_is_released_once(
    expected: list[tuple[bool, Limits | None]],
    error: type[Exception] | None,
    outcomes: list[Response | Exception],
) -> None:
    """Each attempt releases its slot once, with the limits of its response, if any."""
    pacing = RecordingPacing()
    client = Client("t", transport=respond_in_turn(outcomes), pacing=pacing)
    async with client:
        if error is None:
            await client.request("GET", LIST)
        else:
            with pytest.raises(error):
                await client.request("GET", LIST)

    assert expected == pacing.releases


async def test_limits_of_the_response() -> None:
    """The slot receives the rate limit headers of a response."""
    headers = {
        "Date": "Sun, 01 Nov 2026 12:00:00 GMT",
        "RateLimit-Remaining": "17",
        "RateLimit-Reset": "1793534460",
    }
    pacing = RecordingPacing()
    transport = respond_in_turn([json_response({}, headers=headers)])
    async with Client("t", transport=transport, pacing=pacing) as client:
        await client.request("GET", LIST)

    assert [(True, Limits(remaining=17, reset_in=60.0))] == pacing.releases


@attrs.define
class RecordingFactory:
    """A factory of pacings that records the fingerprints for which it was asked."""

    pacings: dict[str, RecordingPacing] = attrs.field(factory=dict)
    rate_limit: RateLimit = attrs.field(default=RateLimit([Window(20, 60.0)]))

    def for_account(self, fingerprint: str) -> RecordingPacing:
        """Return a new pacing."""
        assert fingerprint not in self.pacings
        self.pacings[fingerprint] = RecordingPacing()
        return self.pacings[fingerprint]


async def test_a_factory_of_pacings() -> None:
    """Each token has its own pacing, found by a fingerprint that is not the token."""
    factory, tokens = RecordingFactory(), iter(["first-token"] * 4 + ["second-token"])
    client = Client(
        lambda: next(tokens),
        transport=respond_in_turn([OK] * 5),
        pacing=factory,
        base_url="https://api.example.com",
    )
    async with client:
        for _ in range(5):
            await client.request("GET", LIST)

    expected = [
        Secret(token).fingerprint("https://api.example.com")
        for token in ("first-token", "second-token")
    ]
    assert expected == [*factory.pacings]
    assert [4, 1] == [len(it.slots) for it in factory.pacings.values()]


def test_a_factory_and_a_rate_limit() -> None:
    """A factory has the rate limit, so that none is passed beside it."""
    limit: dict[str, Any] = {"rate_limit": RateLimit(None)}
    with pytest.raises(ConfigurationError, match="rate_limit= or pacing="):
        Client("t", pacing=RecordingFactory(), **limit)
    with pytest.raises(ConfigurationError, match="rate_limit= or pacing="):
        Accounts({}, pacing=RecordingFactory(), **limit)
    with pytest.raises(ConfigurationError, match="pacing must be"):
        Accounts({}, pacing=Pacer())  # type: ignore[arg-type]


async def test_accounts_with_a_factory() -> None:
    """Two accounts with one token have one pacing, and a new token has its own."""
    factory = RecordingFactory()
    accounts = Accounts(
        {"a": "first-token", "b": "first-token", "c": "second-token"},
        transport=MemoryTransport(lambda _: OK),
        pacing=factory,
    )
    async with accounts:
        for name in "abc":
            await accounts[name].request("GET", LIST)
        accounts.replace("b", "third-token")
        await accounts["b"].request("GET", LIST)

    assert [2, 1, 1] == [len(it.slots) for it in factory.pacings.values()]


async def cancel(call: asyncio.Future[Any], _: Client) -> None:
    """Cancel a call."""
    call.cancel()


async def close(_: asyncio.Future[Any], client: Client) -> None:
    """Close the client of a call."""
    await client.aclose()


async def wait(call: asyncio.Future[Any], _: Client) -> None:
    """Wait for the deadline of a call."""
    await asyncio.wait([call])


@pytest.mark.parametrize("is_sent", [True, False], ids=["in flight", "at the gate"])
@pytest.mark.parametrize(
    ("sent", "unsent", "end"),
    [
        (asyncio.CancelledError, asyncio.CancelledError, cancel),
        (OutcomeUnknownError, ClientClosedError, close),
        (OutcomeUnknownError, DeadlineExceededError, wait),
    ],
)
async def test_calls_that_end_early(
    sent: type[BaseException],
    unsent: type[BaseException],
    end: Callable[[asyncio.Future[Any], Client], Awaitable[None]],
    is_sent: bool,
) -> None:
    """However a call ends early, its slot is released: as sent, unless at the gate."""
    pacing, gate = RecordingPacing(), asyncio.Semaphore(int(is_sent))
    transport = MemoryTransport(hang)
    client = Client("t", transport=transport, pacing=pacing, gate=gate, timeout=5.0)
    async with client:
        call = asyncio.ensure_future(client.request("POST", LIST))
        await asyncio.sleep(1)
        await end(call, client)
        with pytest.raises(sent if is_sent else unsent):
            await call

    assert [(is_sent, None)] == pacing.releases
    assert int(is_sent) == len(transport.requests)


async def test_a_gate_that_raises() -> None:
    """An error of the shared gate passes through, and the slot is released unsent."""

    @asynccontextmanager
    async def broken() -> AsyncIterator[None]:
        raise LookupError("mine")
        yield

    pacing = RecordingPacing()
    client = Client("t", transport=respond_in_turn([]), pacing=pacing, gate=broken())
    async with client:
        with pytest.raises(LookupError, match="mine"):
            await client.request("GET", LIST)

    assert [(False, None)] == pacing.releases


async def test_seconds_left() -> None:
    """Pacing receives the seconds until the call's deadline, at each attempt."""
    pacing = RecordingPacing()
    unavailable = json_response({}, status=503, headers={"Retry-After": "20"})
    transport = respond_in_turn([unavailable, OK])
    async with Client("t", transport=transport, pacing=pacing, timeout=30.0) as client:
        await client.request("GET", LIST)

    assert [30.0, 10.0] == pacing.seconds_left


class RejectingPacing:
    """Pacing that rejects every request at once."""

    async def acquire(self, seconds_left: float) -> RecordingSlot:
        """Raise the error of a limit that is used up."""
        raise DeadlineExceededError("used up", retry_after=seconds_left + 1)


async def test_a_rejection_by_pacing() -> None:
    """A request that pacing rejects is not sent, and the error names its call."""
    transport = respond_in_turn([])
    client = Client("t", transport=transport, pacing=RejectingPacing(), timeout=5.0)
    async with client:
        with pytest.raises(DeadlineExceededError, match="used up") as caught:
            await client.request("GET", LIST)

    assert [] == transport.requests
    assert ("GET", LIST, 0, 6.0) == (
        caught.value.method,
        caught.value.path,
        caught.value.attempts,
        caught.value.retry_after,
    )


@attrs.define
class Recorder:
    """Pacing, slot, gate and server that record the order of their use."""

    events: list[str] = attrs.field(factory=list)
    is_revoked: bool = False

    async def acquire(self, seconds_left: float) -> Recorder:
        """Return the slot."""
        self.events.append("acquire")
        return self

    def release(self, *, sent: bool, limits: Limits | None = None) -> None:
        """End a request."""
        self.events.append("release")

    async def __aenter__(self) -> None:
        self.events.append("enter")

    async def __aexit__(self, *_: object) -> None:
        self.events.append("exit")

    def respond(self, _: Request) -> Response:
        """Respond with 503 first."""
        is_first = "respond" not in self.events
        self.events.append("respond")
        return UNAVAILABLE if is_first else OK


async def test_the_order_of_one_attempt() -> None:
    """The shared gate is held only while the request is in flight, slot in hand."""
    recorder = Recorder()
    client = Client(
        "t",
        transport=MemoryTransport(recorder.respond),
        pacing=recorder,
        gate=recorder,
    )
    async with client:
        await client.request("GET", LIST)

    assert ["acquire", "enter", "respond", "exit", "release"] * 2 == recorder.events


@pytest.mark.parametrize("name", ["pacing", "gate", "transport"])
def test_objects_of_another_type(name: str) -> None:
    """An object without the methods that are needed is refused at once."""
    options: dict[str, Any] = {name: 3}

    with pytest.raises(ConfigurationError, match=f"{name} must be"):
        Client("any-token", **options)


async def test_feeds_keep_to_the_limit_of_a_factory(api: Emulator) -> None:
    """A feed uses a quarter of a factory's limit: of 20 a minute, one every 12 s."""
    pacing = RecordingFactory()
    async with Accounts({"acme": api.token}, base_url=api.url, pacing=pacing) as them:
        feed = them.feed(idle_interval=1.0, interval=1.0)
        with suppress(TimeoutError):
            async with feed, asyncio.timeout(61):
                async for _ in feed.listen():
                    pass

    assert 6 == len(api.requests)
