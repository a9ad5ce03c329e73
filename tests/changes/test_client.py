"""Passes of a real client over the emulator."""

from __future__ import annotations

import asyncio

import pytest

from gradient_async import Checkpoint, Client, JobEventKind
from gradient_async.emulator import Emulator, Fault
from gradient_async.errors import (
    ClientClosedError,
    DeadlineExceededError,
    TokenError,
)
from tests.changes.job_list import Ledger


async def finish_pass(client: Client, mark: Checkpoint | None) -> Checkpoint:
    """Read a pass, and return its checkpoint."""
    changes = client.indexing_jobs.changes(mark)
    async for _ in changes:
        pass
    return changes.checkpoint


async def test_life_of_a_job() -> None:
    """A job appears, makes progress and ends, with the state before each."""
    async with Emulator(jobs=0) as api, Client(api.token, base_url=api.url) as client:
        mark = await finish_pass(client, None)
        (base, *_) = api.knowledge_bases()
        job = await client.indexing_jobs.create(str(base["uuid"]))
        ledger, kinds = Ledger(), []
        for _ in range(60):
            changes = client.indexing_jobs.changes(mark)
            async for event in changes:
                ledger.record(event)
                kinds.append(event.kind)
            mark = changes.checkpoint
            api.advance(1)

    assert [JobEventKind.APPEARED, JobEventKind.ENDED] == [kinds[0], kinds[-1]]
    assert {JobEventKind.CHANGED} == set(kinds[1:-1])
    assert {job.uuid} == ledger.ended
    assert (1, {}) == (mark.count, mark.unfinished)


async def test_cancellation(api: Emulator, client: Client) -> None:
    """A pass that is cancelled while it waits for a page or a job loses nothing."""
    old = api.add_jobs(5)
    mark = await finish_pass(client, None)
    for uuid in old:
        await client.indexing_jobs.cancel(uuid)
    api.add_jobs(40)
    changes = client.indexing_jobs.changes(mark, per_page=1)
    ledger = Ledger(dict(mark.unfinished))
    api.fail(*(Fault(delay=5.0) for _ in range(80)))
    cancelled = 0
    while not changes.is_complete:
        try:
            async with asyncio.timeout(1.0):
                async for event in changes:
                    ledger.record(event)
        except TimeoutError:
            cancelled += 1

    assert 80 == cancelled
    assert list(reversed(api.job_uuids()[:40])) == ledger.order
    assert set(old) == ledger.ended
    assert api.job_uuids()[0] == changes.checkpoint.newest_uuid


async def test_closed_client(api: Emulator) -> None:
    """A pass ends with the client."""
    client = Client(api.token, base_url=api.url)
    changes = client.indexing_jobs.changes(per_page=25)
    await anext(changes)
    await client.aclose()

    with pytest.raises(ClientClosedError):
        async for _ in changes:
            pass


async def test_token_that_takes_too_long(api: Emulator) -> None:
    """A function for the token that never returns ends the pass at the deadline."""

    async def hang() -> str:
        return await asyncio.Future[str]()

    async with Client(hang, base_url=api.url, timeout=5.0) as client:
        with pytest.raises(DeadlineExceededError, match="no token within 5 s"):
            await finish_pass(client, None)


async def test_token_function_that_times_out(api: Emulator) -> None:
    """A TimeoutError of the function itself is not taken for the call's."""

    async def fail() -> str:
        raise TimeoutError("the vault is slow")

    async with Client(fail, base_url=api.url) as client:
        with pytest.raises(TokenError) as caught:
            await finish_pass(client, None)

    assert "the vault is slow" == str(caught.value.__cause__)
