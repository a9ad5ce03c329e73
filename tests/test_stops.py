"""Functions of the caller that run out: no loop may end early because of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import pytest

from gradient_async import (
    Accounts,
    Client,
    GradientError,
    Pacer,
    RateLimit,
    TokenError,
)
from gradient_async.codec import make_converter
from gradient_async.emulator import Emulator
from gradient_async.models import IndexingJob
from gradient_async.testing import MemoryTransport, Request, Response
from tests.accounts.fake_api import FakeApi, error, job_list

Stop: TypeAlias = type[StopIteration] | type[StopAsyncIteration]

EACH_STOP = pytest.mark.parametrize("stop", [StopIteration, StopAsyncIteration])


class Countdown:
    """A function that raises once it was called a number of times."""

    def __init__(self, calls: int, stop: Stop) -> None:
        self._left = calls
        self._stop = stop

    def __call__(self, *_: object) -> Any:
        """Return None, or raise."""
        self._left -= 1
        if self._left < 0:
            raise self._stop


async def read_all(client: Client, **options: Any) -> list[IndexingJob]:
    """Read all jobs, ten at a time."""
    jobs = client.iter_indexing_jobs(per_page=10, **options)
    return [job async for job in jobs]


@pytest.mark.parametrize("prefetch", [1, 4])
async def test_token_function_made_of_anext(api: Emulator, prefetch: int) -> None:
    """A token function that runs out of tokens is an error, not the end of the list."""

    async def tokens() -> AsyncIterator[str]:
        for _ in range(4):
            yield api.token

    supply = tokens()
    async with Client(lambda: anext(supply), base_url=api.url) as client:
        with pytest.raises(TokenError) as caught:
            await read_all(client, prefetch=prefetch)

    assert isinstance(caught.value.__cause__, StopAsyncIteration)


@EACH_STOP
@pytest.mark.parametrize("prefetch", [1, 4])
async def test_hook(api: Emulator, stop: Stop, prefetch: int) -> None:
    """A hook that raises so ends the loop with an error."""
    hook = Countdown(3, stop)
    async with Client(api.token, base_url=api.url, on_attempt=hook) as client:
        with pytest.raises(RuntimeError, match=f"raised {stop.__name__}"):
            await read_all(client, prefetch=prefetch)


@EACH_STOP
async def test_hook_around_one_call(api: Emulator, stop: Stop) -> None:
    """A single call does not raise a stop either, which would end its caller's loop."""
    hook = Countdown(0, stop)
    async with Client(api.token, base_url=api.url, on_call=hook) as client:
        with pytest.raises(RuntimeError, match=f"raised {stop.__name__}"):
            await client.indexing_jobs.get("a-b")


class StoppingPacer(Pacer):
    """Pacing that raises once it was asked for a number of slots."""

    def __init__(self, countdown: Countdown) -> None:
        super().__init__(RateLimit(None))
        self._countdown = countdown

    async def acquire(self, seconds_left: float) -> Any:
        """Return a slot, or raise."""
        self._countdown()
        return await super().acquire(seconds_left)


class StoppingTransport(MemoryTransport):
    """A transport that raises at once."""

    def __init__(self, countdown: Countdown) -> None:
        super().__init__(lambda _: countdown())


def stopping_converter(stop: Stop) -> Any:
    """Return a converter that raises."""
    converter = make_converter()
    converter.register_structure_hook(IndexingJob, lambda *_: Countdown(0, stop)())
    return converter


@EACH_STOP
@pytest.mark.parametrize(
    "options",
    [
        lambda stop: {"pacing": StoppingPacer(Countdown(3, stop))},
        lambda stop: {"transport": StoppingTransport(Countdown(0, stop))},
    ],
    ids=["pacing", "transport"],
)
async def test_parts_of_a_client(
    api: Emulator, stop: Stop, options: Callable[[Stop], dict[str, Any]]
) -> None:
    """Parts that are passed in cannot end a loop either."""
    async with Client(api.token, base_url=api.url, **options(stop)) as client:
        with pytest.raises(RuntimeError, match=f"raised {stop.__name__}"):
            await read_all(client)


@EACH_STOP
async def test_converter(api: Emulator, stop: Stop) -> None:
    """A converter that raises so is an error of the response."""
    converter = stopping_converter(stop)
    async with Client(api.token, base_url=api.url, converter=converter) as client:
        with pytest.raises((RuntimeError, GradientError)):
            await read_all(client)


@EACH_STOP
async def test_filter(api: Emulator, client: Client, stop: Stop) -> None:
    """A filter that raises so ends the loop with an error."""
    paginator = client.iter_indexing_jobs(per_page=10)
    paginator.reader._keep = Countdown(25, stop)
    with pytest.raises(RuntimeError, match=f"raised {stop.__name__}"):
        await paginator.collect()


@EACH_STOP
@pytest.mark.parametrize("act", ["wait", "watch", "as_completed", "changes"])
async def test_other_iterators(api: Emulator, stop: Stop, act: str) -> None:
    """Waiting for jobs, and the iterators over them, raise an error, too."""
    uuid = api.job_uuids()[0]
    hook = Countdown(1 if act != "changes" else 0, stop)
    async with Client(api.token, base_url=api.url, on_attempt=hook) as client:
        jobs = client.indexing_jobs
        with pytest.raises(RuntimeError, match=f"raised {stop.__name__}"):
            if act == "wait":
                await jobs.wait(uuid, timeout=60)
            elif act == "watch":
                [job async for job in jobs.watch(uuid, timeout=60)]
            elif act == "as_completed":
                [job async for job in jobs.as_completed([uuid], timeout=60)]
            else:
                [event async for event in jobs.changes()]


def open_accounts(**options: Any) -> Accounts:
    """Open two accounts, the second of which is refused."""

    def refuse(token: str, _: Request) -> Response | None:
        return error(403) if token == "b" else None

    api = FakeApi({"a": job_list("a", 30), "b": job_list("b", 30)}, respond=refuse)
    return Accounts({"a": "a", "b": "b"}, transport=api, **options)


@EACH_STOP
async def test_functions_of_accounts(stop: Stop) -> None:
    """`on_error`, `build` and `call` cannot end a loop or a call either."""
    fail = Countdown(0, stop)
    async with open_accounts() as accounts:
        for act in (
            lambda: accounts.iter_indexing_jobs(on_error=fail).collect(),
            lambda: accounts.stream(fail).collect(),
            lambda: accounts.map(fail),
        ):
            with pytest.raises(RuntimeError, match=f"raised {stop.__name__}"):
                await act()


@EACH_STOP
async def test_hook_of_accounts(stop: Stop) -> None:
    """A hook that raises so ends a stream over accounts with an error."""
    async with open_accounts(on_attempt=Countdown(1, stop)) as accounts:
        with pytest.raises(RuntimeError, match=f"raised {stop.__name__}"):
            await accounts.iter_indexing_jobs(per_page=10).collect()
