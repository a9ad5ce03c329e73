"""The hook around each call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

import pytest

from gradient_async import (
    Accounts,
    Attempt,
    BadRequestError,
    Call,
    Client,
    ConfigurationError,
)
from gradient_async.emulator import Emulator, Fault

LIST = Call(
    account="",
    operation="genai_list_indexing_jobs",
    method="GET",
    route="/v2/gen-ai/indexing_jobs",
)


class Recorder:
    """Records the calls, and what happens within them, in order."""

    def __init__(self) -> None:
        self.events: list[object] = []

    @contextmanager
    def on_call(self, call: Call) -> Iterator[None]:
        """Record the start and the end of a call."""
        self.events.append(call)
        try:
            yield
        except BaseException as error:
            self.events.append(type(error).__name__)
            raise
        else:
            self.events.append("ok")

    def on_attempt(self, attempt: Attempt) -> None:
        """Record the status of an attempt."""
        self.events.append(attempt.status)


async def test_a_call_encloses_its_attempts(api: Emulator) -> None:
    """Attempts and the error happen within the call; ids are left out."""
    recorder = Recorder()
    async with Client(
        api.token,
        base_url=api.url,
        on_call=recorder.on_call,
        on_attempt=recorder.on_attempt,
    ) as client:
        api.fail(Fault(status=503))
        await client.iter_indexing_jobs()
        api.fail(Fault(status=400))
        with suppress(BadRequestError):
            await client.indexing_jobs.get("a-b")
        await client.request("GET", "/v2/gen-ai/regions")

    get = Call(
        account="",
        operation="genai_get_indexing_job",
        method="GET",
        route="/v2/gen-ai/indexing_jobs/{uuid}",
    )
    raw = Call(account="", operation="", method="GET", route="")
    assert [
        *(LIST, 503, 200, "ok"),
        *(get, 400, "BadRequestError"),
        *(raw, 200, "ok"),
    ] == recorder.events


async def test_a_search_has_a_route(api: Emulator) -> None:
    """A search is in no description, so it has no operation; its path has no id."""
    recorder = Recorder()
    async with Client(
        api.token, base_url=api.url, retrieval_url=api.url, on_call=recorder.on_call
    ) as client:
        base = api.add_knowledge_base("handbook")
        await client.knowledge_bases.retrieve(base.uuid, "query", num_results=1)

    route = "/v1/{knowledge_base_uuid}/retrieve"
    search = Call(account="", operation="", method="POST", route=route)
    assert [search, "ok"] == recorder.events


async def test_a_cancelled_call(api: Emulator) -> None:
    """The context manager sees that the call was cancelled."""
    recorder = Recorder()
    async with Client(api.token, base_url=api.url, on_call=recorder.on_call) as client:
        task = asyncio.ensure_future(client.regions.list())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    assert task.cancelled()
    assert "CancelledError" == recorder.events[-1]


async def test_calls_of_accounts_have_its_name(api: Emulator) -> None:
    """A call of one of many accounts has the account's name."""
    recorder = Recorder()
    async with Accounts(
        {"acme": api.token}, base_url=api.url, on_call=recorder.on_call
    ) as accounts:
        await accounts["acme"].regions.list()

    call = recorder.events[0]
    assert isinstance(call, Call)
    assert ("acme", "genai_list_datacenter_regions") == (call.account, call.operation)


async def test_an_error_must_not_be_suppressed(api: Emulator) -> None:
    """A call cannot return nothing: suppressing its error is an error."""
    api.fail(Fault(status=400))
    async with Client(
        api.token, base_url=api.url, on_call=lambda _: suppress(BadRequestError)
    ) as client:
        with pytest.raises(ConfigurationError, match="on_call suppressed the error"):
            await client.regions.list()


async def test_an_error_of_the_hook_ends_the_call(api: Emulator) -> None:
    """Nothing is sent then, and the error arrives as it is."""

    def fail(_: Call) -> nullcontext[None]:
        raise ZeroDivisionError

    async with Client(api.token, base_url=api.url, on_call=fail) as client:
        with pytest.raises(ZeroDivisionError):
            await client.regions.list()

    assert [] == api.requests


def test_the_hook_must_be_a_function() -> None:
    """Anything else is refused before anything is sent."""
    with pytest.raises(ConfigurationError, match="on_call"):
        Client("t", on_call=3)  # type: ignore[arg-type]
