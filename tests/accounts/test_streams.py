"""Read many accounts as one stream: order of arrival, laziness, leaving, failures."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from gradient_async import (
    Accounts,
    AccountsError,
    AuthenticationError,
    Client,
    ConfigurationError,
    GradientError,
    Paginator,
    RateLimit,
    RetryPolicy,
    ServerError,
)
from gradient_async.accounts import AccountStream, ReportState
from gradient_async.emulator import Emulator
from gradient_async.models import IndexingJob
from gradient_async.testing import Request, Response
from tests.accounts.fake_api import FakeApi, error, job_list, open_accounts
from tests.support.streams import take
from tests.support.virtual_time import VirtualTimeLoop

NO_RETRY = RetryPolicy(attempts=1)

Stream = AccountStream[IndexingJob]


def three(**options: Any) -> FakeApi:
    """Return an API with three accounts of 10, 20 and 30 jobs."""
    sizes = {"a": 10, "b": 20, "c": 30}
    return FakeApi({it: job_list(it, sizes[it]) for it in sizes}, **options)


def fail_with(**statuses: int) -> Callable[[str, Request], Response | None]:
    """Return a function that responds with an error to accounts by their tokens."""
    return lambda token, _: error(statuses[token]) if token in statuses else None


def uuids(stream_items: list[Any]) -> list[str]:
    """Return the ids of the jobs."""
    return [item.uuid for _, item in stream_items]


def states(stream: Stream) -> dict[str, str]:
    """Return the state of each account's report."""
    return {name: str(it.state) for name, it in stream.reports.items()}


async def settle() -> None:
    """Let the tasks that were cancelled end: a cancellation takes one tick or two."""
    for _ in range(3):
        await asyncio.sleep(0)


def other_tasks() -> set[asyncio.Task[Any]]:
    """Return all tasks but the test's."""
    return asyncio.all_tasks() - {asyncio.current_task()}


@pytest.mark.parametrize("order", ["arrival", "newest"])
@pytest.mark.parametrize("prefetch", [1, 4])
async def test_every_item_comes_once(order: Any, prefetch: int) -> None:
    """Each account's items come once and in order, with the account's name."""
    api = three()
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(order=order, per_page=7, prefetch=prefetch)
        items = await stream.collect()

    for name, jobs in api.lists.items():
        own = [item.uuid for account, item in items if account == name]
        assert [it["uuid"] for it in jobs] == own
    assert stream.is_complete
    assert {"a": 10, "b": 20, "c": 30} == {
        name: report.items for name, report in stream.reports.items()
    }


async def test_pages_come_as_they_arrive() -> None:
    """A slow account holds nobody up, and each page comes as a whole."""
    api = three(delay=lambda token: 5.0 if token == "a" else 1.0)
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(per_page=10)
        names = [account for account, _ in await stream.collect()]

    pages = ["".join(set(names[at : at + 10])) for at in range(0, 60, 10)]
    assert ["b", "c", "b", "c", "c", "a"] == pages


async def test_turns() -> None:
    """Accounts that are equally fast take turns, page by page."""
    api = FakeApi({name: job_list(name, 30) for name in "abc"}, delay=lambda _: 1.0)
    async with open_accounts(api) as accounts:
        items = await accounts.iter_indexing_jobs(per_page=10).collect()

    turns = [account for account, _ in items[::10]]
    assert [set("abc")] * 3 == [set(turns[at : at + 3]) for at in (0, 3, 6)]


async def test_nothing_is_sent_before_it_is_needed() -> None:
    """Creating a stream sends nothing, and neither does one that may have no items."""
    api = three()
    async with open_accounts(api) as accounts:
        accounts.iter_indexing_jobs()
        empty = accounts.iter_indexing_jobs(max_items=0)
        await settle()

        assert [] == await empty.collect()
        assert {"unfinished"} == set(states(empty).values())
    assert [] == api.requests


@pytest.mark.parametrize("prefetch", [1, 3])
async def test_a_slow_consumer_stops_the_fetching(prefetch: int) -> None:
    """At most one page, plus those prefetched, waits per account: 200 of 50 pages."""
    api = FakeApi({f"t{it}": job_list(f"t{it}", 100) for it in range(200)})
    taken: Counter[str] = Counter()
    async with open_accounts(api, rate_limit=RateLimit(None)) as accounts:
        stream = accounts.iter_indexing_jobs(per_page=2, prefetch=prefetch)
        async for account, _ in stream:  # pragma: no branch
            taken[account] += 1
            if taken.total() % 50 == 0:
                await asyncio.sleep(1)
                asked = Counter(api.tokens)
                assert all(
                    count <= -(-taken[token] // 2) + prefetch
                    for token, count in asked.items()
                )
            if taken.total() == 1000:
                break
        assert 1000 == taken.total()


async def leave_by_break(stream: Stream) -> None:
    """Leave the loop by `break`."""
    await take(stream, 5)


async def leave_by_cancellation(stream: Stream) -> None:
    """Cancel the task that reads, while it waits."""
    task = asyncio.ensure_future(stream.collect())
    await asyncio.sleep(1.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def leave_by_closing(stream: Stream) -> None:
    """Close the stream."""
    async with stream:
        await anext(stream)


async def leave_by_error(stream: Stream) -> None:
    """Leave the loop by an exception of the caller."""

    async def read() -> None:
        async for _ in stream:  # pragma: no branch
            raise LookupError

    with pytest.raises(LookupError):
        await read()


LEAVES = [leave_by_break, leave_by_cancellation, leave_by_closing, leave_by_error]


async def test_leaving_closes_every_socket() -> None:
    """However a stream over sockets is left, the server has no request in flight."""
    async with Emulator(jobs=50, accounts=200, limits=None, latency=1.0) as emulator:
        servers = other_tasks()
        tokens = {f"t{at}": token for at, token in enumerate(emulator.tokens)}
        async with Accounts(
            tokens, base_url=emulator.url, per_account_concurrency=2
        ) as accounts:
            for leave in LEAVES:
                await leave(accounts.iter_indexing_jobs(per_page=1, prefetch=3))
                await settle()
                # One for each connection, which may be idle.
                servers |= {it for it in other_tasks() if "web_protocol" in repr(it)}
                assert servers >= other_tasks()

                # The server notices a closed connection when it reads from the socket.
                await asyncio.sleep(0.1)
                assert 0 == emulator.in_flight
                sent = len(emulator.requests)
                await asyncio.sleep(100)
                assert sent == len(emulator.requests)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_event_loop_that_was_closed() -> None:
    """A loop over a stream can be dropped after its event loop was closed."""
    api = three(delay=lambda token: 1.0 if token == "a" else 100.0)
    accounts = open_accounts(api)
    stream = accounts.iter_indexing_jobs()
    loop = VirtualTimeLoop()
    # It would log that tasks were pending.
    loop.set_exception_handler(lambda *_: None)
    items = aiter(stream)
    account, _ = loop.run_until_complete(anext(items))
    loop.close()
    del items
    asyncio.run(accounts.aclose())

    assert "a" == account
    assert {"unfinished"} == {*states(stream).values()}
    # The calls that were in progress are destroyed here, not during another test.
    del loop, stream, accounts, api
    gc.collect()


async def test_a_stream_that_was_left_goes_on() -> None:
    """A later loop yields the rest, each item once."""
    api = three(delay=lambda token: {"a": 1.0, "b": 2.0, "c": 3.0}[token])
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(per_page=4)
        items = [*await take(stream, 3), *await take(stream, 9)]
        items += await stream.collect()

    every = [it["uuid"] for jobs in api.lists.values() for it in jobs]
    assert sorted(every) == sorted(uuids(items))
    assert stream.is_complete


async def test_a_hasty_task_beside_a_patient_one() -> None:
    """A task that gives up before a page arrives does not keep it from others."""
    api = three(delay=lambda _: 0.25)
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(per_page=10)
        patient = asyncio.ensure_future(stream.collect())
        taken = []
        for _ in range(1000):
            with suppress(TimeoutError, StopAsyncIteration):
                async with asyncio.timeout(0.01):
                    taken.append(await anext(aiter(stream)))

        assert patient.done()
        assert 60 == len(taken + await patient)
        assert 6 == len(api.requests)


async def test_a_waiting_task_ends_when_the_stream_is_cancelled() -> None:
    """A task that waits for a page sends for it again after `cancel`."""
    api = three(delay=lambda _: 10.0)
    async with open_accounts(api) as accounts, asyncio.timeout(1000):
        stream = accounts.iter_indexing_jobs()
        waiting = asyncio.ensure_future(stream.collect())
        await asyncio.sleep(1)
        stream.cancel()

        assert 60 == len(await waiting)
    assert 6 == len(api.requests)


async def test_a_waiting_task_ends_when_the_stream_is_closed() -> None:
    """A task that waits for an item has reached the end once another closes it."""
    api = three(delay=lambda _: 100.0)
    async with open_accounts(api) as accounts, asyncio.timeout(50):
        stream = accounts.iter_indexing_jobs()
        waiting = asyncio.ensure_future(stream.collect())
        await asyncio.sleep(1)
        await stream.aclose()

        assert [] == await waiting
        assert {"unfinished"} == set(states(stream).values())


async def test_a_closed_stream_reports_what_was_read() -> None:
    """Closing makes no account complete that was not, and ends the iteration."""
    api = FakeApi({"a": job_list("a", 3), "b": job_list("b", 9)})
    async with open_accounts(api) as accounts:
        async with accounts.iter_indexing_jobs(per_page=3) as stream:
            await take(stream, 5)
        await stream.aclose()

        assert {"a": "complete", "b": "unfinished"} == states(stream)
        assert not stream.is_complete
        assert [] == await stream.collect()


async def test_closing_in_the_middle_of_the_last_page() -> None:
    """Items that were fetched and not taken are no part of what was read."""
    api = FakeApi({"a": job_list("a", 5)})
    async with open_accounts(api) as accounts:
        async with accounts.iter_indexing_jobs() as stream:
            await take(stream, 2)
        rest = accounts.iter_indexing_jobs(start=stream.position)

        assert {"a": "unfinished"} == states(stream)
        assert ["a-2", "a-3", "a-4"] == uuids(await rest.collect())


async def test_items_of_a_stream_that_is_not_read_to_its_end() -> None:
    """`max_items` is over all accounts, and leaves the others unfinished."""
    api = three()
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(max_items=15)
        items = await stream.collect()

    assert 15 == len(items)
    assert {"a": "complete", "b": "unfinished", "c": "unfinished"} == states(stream)


async def test_a_list_that_is_cut_is_not_complete() -> None:
    """An account whose own paginator has `max_items` was not read completely."""
    api = FakeApi({"a": job_list("a", 5), "b": job_list("b", 3)})
    async with open_accounts(api) as accounts:
        stream = accounts.stream(lambda it: it.indexing_jobs.list(max_items=3))
        items = await stream.collect()
        rest = accounts.stream(
            lambda it: it.indexing_jobs.list(), start=stream.position
        )

        assert 6 == len(items)
        assert {"a": "unfinished", "b": "complete"} == states(stream)
        assert ["a-3", "a-4"] == uuids(await rest.collect())


async def test_filters_may_be_iterators() -> None:
    """A filter that can be iterated over only once holds for every account."""
    api = three()
    api.lists = {
        name: [{**it, "status": "INDEX_JOB_STATUS_FAILED"} for it in jobs]
        for name, jobs in api.lists.items()
    }
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(statuses=iter(["failed"]))
        assert 60 == len(await stream.collect())
        stream = accounts.iter_indexing_jobs(phases=iter(["succeeded"]), per_page=10)
        assert [] == await stream.collect()
        assert stream.is_complete


# Failures


async def test_the_healthy_accounts_finish() -> None:
    """By default the others are read to their end, and the error names the failed."""
    api = three(respond=fail_with(a=401, c=503))
    items = []
    async with open_accounts(api, retry=NO_RETRY) as accounts:
        stream = accounts.iter_indexing_jobs()
        with pytest.raises(AccountsError, match="2 of 3 accounts failed") as caught:
            async for item in stream:
                items.append(item)
        assert [] == await stream.collect()

    found = caught.value
    assert 20 == len(items)
    assert {"a": AuthenticationError, "c": ServerError} == {
        name: type(it) for name, it in found.errors.items()
    }
    assert {"a": "a", "c": "c"} == {it: found.errors[it].account for it in "ac"}
    assert found.reports == stream.reports
    assert {"a": "failed", "b": "complete", "c": "failed"} == states(stream)


async def test_an_account_that_fails_midway() -> None:
    """Its report is partial: what was read, and why not all."""

    def respond(token: str, request: Request) -> Response | None:
        is_late = token == "c" and request.params["page"] == "3"
        return error(403) if is_late else None

    api = three(respond=respond)
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(per_page=10, on_error="collect")
        await stream.collect()

    report = stream.reports["c"]
    assert (ReportState.PARTIAL, 20, False) == (
        report.state,
        report.items,
        report.is_complete,
    )
    assert "PermissionDeniedError" == type(report.error).__name__
    assert not stream.is_complete


async def test_raising_at_once() -> None:
    """With `raise`, the account's error is raised as it is, and the stream ends."""
    api = three(
        respond=fail_with(b=403), delay=lambda it: {"a": 9.0, "b": 1.0, "c": 9.0}[it]
    )
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(on_error="raise")
        with pytest.raises(GradientError, match="account b") as caught:
            await stream.collect()
        await settle()

        assert 0 == api.in_flight
        assert set() == other_tasks()
        assert [] == await stream.collect()
    assert not isinstance(caught.value, AccountsError)
    assert {"a": "unfinished", "b": "failed", "c": "unfinished"} == states(stream)


async def test_a_function_decides() -> None:
    """A function of name and error chooses the reaction for each account."""
    api = three(respond=fail_with(a=401, b=403))
    calls = []

    def react(account: str, failure: GradientError) -> Any:
        calls.append((account, type(failure).__name__))
        return "collect" if account == "a" else "finish"

    async with open_accounts(api) as accounts:
        with pytest.raises(AccountsError) as caught:
            await accounts.iter_indexing_jobs(on_error=react).collect()

    assert ["b"] == list(caught.value.errors)
    assert [("a", "AuthenticationError"), ("b", "PermissionDeniedError")] == sorted(
        calls
    )


async def test_a_function_that_decides_wrongly() -> None:
    """Whatever else the function returns is refused."""
    api = three(respond=fail_with(a=401))
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(
            on_error=lambda _name, _error: "retry",  # type: ignore[arg-type,return-value]
        )
        with pytest.raises(ConfigurationError, match="on_error must be one of"):
            await stream.collect()
        await settle()
        assert set() == other_tasks()


def bug(*_: object) -> Any:
    """Fail as the caller's own code may."""
    raise LookupError


async def test_a_bug_in_on_attempt() -> None:
    """An exception that is no GradientError propagates, with the account's name."""
    api = three(delay=lambda token: 1.0 if token == "b" else 100.0)
    async with open_accounts(api, on_attempt=bug) as accounts:
        with pytest.raises(LookupError) as caught:
            await accounts.iter_indexing_jobs().collect()
        await settle()

        assert ["account b"] == caught.value.__notes__
        assert set() == other_tasks()
        assert 0 == api.in_flight


async def test_a_bug_in_build() -> None:
    """A bug in `build` propagates when the stream is created."""
    async with open_accounts(three()) as accounts:
        with pytest.raises(LookupError) as caught:
            accounts.stream(bug)
        assert ["account a"] == caught.value.__notes__
        with pytest.raises(ConfigurationError, match="`build` must be a Paginator"):
            accounts.stream(lambda it: it.regions)  # type: ignore[arg-type,return-value]


async def test_a_bug_in_build_for_a_later_account() -> None:
    """It propagates when the account's turn comes, and names the account."""

    def build(client: Client) -> Paginator[IndexingJob]:
        return bug() if client.account == "c" else client.iter_indexing_jobs()

    async with open_accounts(three()) as accounts:
        stream = accounts.stream(build)
        with pytest.raises(LookupError) as caught:
            await stream.collect()
    assert ["account c"] == caught.value.__notes__


async def test_a_bug_in_on_error() -> None:
    """A bug in `on_error` propagates, and leaves no task."""
    api = three(
        respond=fail_with(a=403), delay=lambda token: 1.0 if token == "a" else 100.0
    )
    async with open_accounts(api) as accounts:
        with pytest.raises(LookupError):
            await accounts.iter_indexing_jobs(on_error=bug).collect()
        await settle()
        assert set() == other_tasks()


async def test_a_bug_in_a_paginator() -> None:
    """A bug in a filter of a paginator propagates, with the account's name."""
    api = three()

    def build(client: Client) -> Paginator[IndexingJob]:
        paginator = client.iter_indexing_jobs()
        paginator.reader._keep = bug
        return paginator

    async with open_accounts(api) as accounts:
        with pytest.raises(LookupError) as caught:
            await accounts.stream(build).collect()
        await settle()

        assert caught.value.__notes__[0].startswith("account ")
        assert set() == other_tasks()


async def test_a_task_that_is_cancelled_from_outside() -> None:
    """A cancellation of the tasks that fetch is passed on, not swallowed."""
    api = three(delay=lambda _: 100.0)
    async with open_accounts(api) as accounts:
        reading = asyncio.ensure_future(accounts.iter_indexing_jobs().collect())
        await asyncio.sleep(1)
        for task in other_tasks() - {reading}:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_an_error_that_arrives_as_the_stream_is_left() -> None:
    """A failure that nobody has seen is not logged as lost, and comes with the next."""
    api = FakeApi({"a": []}, respond=fail_with(a=403))
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs()
        reading = asyncio.ensure_future(stream.collect())
        (lane,) = stream._lanes
        while lane._task is None or not lane._task.done():
            await asyncio.sleep(0)
        fetching = lane._task
        stream.cancel()
        with pytest.raises(AccountsError):
            await reading

    # Otherwise asyncio would log it once the task is dropped.
    assert not fetching._log_traceback
    assert 2 == len(api.requests)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("order must be", {"order": "oldest"}),
        ("max_items must be", {"max_items": -1}),
        ("budget must be", {"budget": 0}),
        ("budget must be", {"budget": "3"}),
        ("on_error must be", {"on_error": "ignore"}),
        ("start must be", {"start": {}}),
        ("prefetch must be", {"prefetch": 0}),
        ("per_page must be", {"per_page": 201}),
        ("statuses", {"statuses": ["nonsense"]}),
    ],
)
async def test_invalid_options(expected: str, options: dict[str, Any]) -> None:
    """An invalid option is refused when the stream is created."""
    async with open_accounts(three()) as accounts:
        with pytest.raises(ConfigurationError, match=expected):
            accounts.iter_indexing_jobs(**options)


async def test_no_accounts() -> None:
    """Without accounts a stream is empty and complete."""
    async with Accounts({}) as accounts:
        stream = accounts.iter_indexing_jobs()

        assert [] == await stream.collect()
        assert stream.is_complete


async def test_repr() -> None:
    """The repr shows the progress."""
    async with open_accounts(three()) as accounts:
        stream = accounts.iter_indexing_jobs()
        assert "<AccountStream of 3 accounts, 0 of them read>" == repr(stream)
        await stream.collect()
        assert "<AccountStream of 3 accounts, 3 of them read>" == repr(stream)


async def test_closing_a_stream_that_has_not_begun() -> None:
    """A stream that is closed before its first request is incomplete, and over."""
    api = three()
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs()
        await stream.aclose()

        assert [] == await stream.collect()
        assert not stream.is_complete
    assert [] == api.requests
