"""The states of a poller, and the choice among several errors."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from gradient_async.errors import (
    AuthenticationError,
    IndexingJobTimeoutError,
    NotFoundError,
    ServerError,
)
from gradient_async.waiting.failures import most_severe
from gradient_async.waiting.poller import Poller, PollerState
from tests.waiting.job_server import JobServer, fail_between, make_uuids

BUSY = ServerError("busy", status=503)


async def states(poller: Poller) -> list[PollerState]:
    """Poll until the poller is done; return its state before and after each poll."""
    found = [poller.state]
    while not poller.is_done:
        await poller.poll()
        found.append(poller.state)
    return found


async def test_states_of_a_success() -> None:
    """The first success leads to POLLING, and the last finished job to DONE."""
    server = JobServer(make_uuids(2), finish_at={"job-0": 0.0, "job-1": 1.5})
    poller = Poller(server, make_uuids(2), timeout=60)

    assert [
        PollerState.NOT_STARTED,
        *[PollerState.POLLING] * 2,
        PollerState.DONE,
    ] == await states(poller)


async def test_states_of_a_seen_job() -> None:
    """A seen job counts as the first poll; a finished one leaves nothing to do."""
    server = JobServer(make_uuids(1), fault=fail_between(0.5, 2, BUSY))
    seen = await server.get("job-0")
    poller = Poller(server, ["job-0"], timeout=60, seen=seen)
    before = poller.state
    await poller.poll()

    assert (PollerState.NOT_STARTED, PollerState.POLLING) == (before, poller.state)

    server.fault = lambda _: None
    server.finish_at = {"job-0": 0.0}
    seen = await server.get("job-0")

    assert Poller(server, ["job-0"], timeout=60, seen=seen).is_done


async def test_first_poll_that_fails() -> None:
    """Until a poll has succeeded, each failure is raised and the state stays."""
    server = JobServer(make_uuids(1), fault=fail_between(0, 2, BUSY))
    poller = Poller(server, ["job-0"], timeout=60)
    for _ in range(2):
        with pytest.raises(ServerError):
            await poller.poll()
        assert PollerState.FIRST_POLL is poller.state
    await poller.poll()

    assert PollerState.POLLING is poller.state


async def test_poll_that_is_cut_off() -> None:
    """A poll that the deadline cuts off expires the poller; the next call raises."""
    server = JobServer(make_uuids(1), delay=lambda: 1e9)
    poller = Poller(server, ["job-0"], timeout=5)
    await poller.poll()

    assert (PollerState.EXPIRED, 5.0) == (poller.state, server.now)
    with pytest.raises(IndexingJobTimeoutError):
        await poller.poll()
    assert poller.is_done
    assert {"job-0"} == set(poller.pending)


async def test_last_job_seen_at_the_cut() -> None:
    """If the jobs found before the cut were the last, the poller is done."""
    # The loop runs timers this close together in one step, in order.
    delay = 5.0 - 1e-10
    server = JobServer(make_uuids(1), finish_at={"job-0": 0.0}, delay=lambda: delay)
    poller = Poller(server, ["job-0"], timeout=5)
    await poller.poll()

    assert poller.is_done
    assert ["job-0"] == [job.uuid for job in poller.pop_finished()]


async def test_interrupted_cancels() -> None:
    """While jobs are cancelled the poller stays expired, so the next call resumes."""
    server = JobServer(make_uuids(1), delay=lambda: 0.2)
    poller = Poller(server, ["job-0"], timeout=5, cancel_on_timeout=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5.1):
            await states(poller)

    assert PollerState.EXPIRED is poller.state
    with pytest.raises(IndexingJobTimeoutError):
        await poller.poll()
    assert poller.is_done


def test_states_are_ordered() -> None:
    """A poller only moves on to later states."""
    assert all(before < after for before, after in pairwise(PollerState))


def test_most_severe_error() -> None:
    """The first permanent error is the most severe, or else the first of all."""
    denied = AuthenticationError("no", status=401)
    gone = NotFoundError("gone", status=404)
    other = ServerError("broken", status=500)

    assert denied is most_severe([BUSY, denied, gone])
    assert BUSY is most_severe([BUSY, other])
