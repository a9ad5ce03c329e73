"""The newest items of many accounts first: a lazy merge, and budgets of time."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async import StreamPosition
from tests.accounts.fake_api import FakeApi, error, job_list, open_accounts
from tests.support.virtual_time import VirtualTimeLoop, now


def sort_known(ages: list[float | None]) -> list[float | None]:
    """Sort the ages that are known, and leave the unknown ones in their places."""
    known = iter(sorted(age for age in ages if age is not None))
    return [None if age is None else next(known) for age in ages]


AGES = st.lists(st.one_of(st.none(), st.integers(0, 5).map(float)), max_size=12).map(
    sort_known
)
"""Ages of an account's items, newest first; some are unknown, many are equal."""


def effective(ages: list[float | None]) -> list[float]:
    """Return the ages to sort by: an unknown one is that of the item before it."""
    found, latest = [], float("-inf")
    for age in ages:
        latest = latest if age is None else age
        found.append(latest)
    return found


def merged(lists: dict[str, list[float | None]]) -> list[tuple[float, str, int]]:
    """Return age, account and index of each item, in the order of the merge."""
    rows = [
        (age, name, index)
        for name, ages in lists.items()
        for index, age in enumerate(effective(ages))
    ]
    return sorted(rows)


@given(
    lists=st.dictionaries(st.sampled_from("abcdef"), AGES, max_size=6),
    per_page=st.integers(1, 5),
    prefetch=st.integers(1, 3),
    delays=st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=6, max_size=6),
    faults=st.lists(st.booleans(), max_size=3),
)
def test_the_merge_is_sorted(
    lists: dict[str, list[float | None]],
    per_page: int,
    prefetch: int,
    delays: list[float],
    faults: list[bool],
) -> None:
    """Whatever the sizes, times, speeds and faults: sorted, ties by account's name."""
    # No more than a call retries.
    upcoming = iter(faults)
    api = FakeApi(
        {name: job_list(name, len(ages), ages) for name, ages in lists.items()},
        delay=lambda token: delays["abcdef".index(token)],
        respond=lambda _token, _request: error(503) if next(upcoming, False) else None,
    )

    async def read() -> list[str]:
        async with open_accounts(api, timeout=1000) as accounts:
            stream = accounts.iter_indexing_jobs(
                order="newest", per_page=per_page, prefetch=prefetch
            )
            items = await stream.collect()
            assert stream.is_complete
            return [item.uuid for _, item in items]

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        found = runner.run(read())

    assert [f"{name}-{index}" for _, name, index in merged(lists)] == found


async def test_few_pages_are_read() -> None:
    """For 50 items of 30 accounts: one page each, and the next of those used up."""
    lists = {
        f"t{it}": job_list(f"t{it}", 100, [it + 30.0 * at for at in range(100)])
        for it in range(30)
    }
    # All of this account's first page is newer than anything else.
    lists["t0"] = job_list("t0", 100, [at / 100 for at in range(100)])
    api = FakeApi(lists)
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(order="newest", max_items=50, per_page=20)
        items = await stream.collect()

    assert ["t0"] * 50 == [name for name, _ in items]
    pages = Counter(api.tokens)
    assert 3 == pages.pop("t0")
    assert {1} == set(pages.values())


async def test_a_budget_ends_the_stream() -> None:
    """After 0.3 s the stream ends with what came; the rest is unfinished."""
    api = FakeApi(
        {name: job_list(name, 3) for name in ("fast", "slow", "hung")},
        delay=lambda token: {"fast": 0.1, "slow": 5.0, "hung": 1e6}[token],
    )
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(order="newest", budget=0.3)
        began = now()
        items = await stream.collect()
        took = now() - began
        await asyncio.sleep(0)
        await asyncio.sleep(0)

        assert ["fast"] * 3 == [name for name, _ in items]
        assert 0.3 <= round(took, 6) <= 0.35
        assert 0 == api.in_flight
        assert [] == await stream.collect()
    states = {name: str(it.state) for name, it in stream.reports.items()}
    assert {"fast": "complete", "slow": "unfinished", "hung": "unfinished"} == states
    assert not stream.is_complete


async def test_a_budget_begins_with_the_first_request() -> None:
    """A stream that waits to be read has its whole budget."""
    api = FakeApi({"a": job_list("a", 3)}, delay=lambda _: 1.0)
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(budget=2.0)
        await asyncio.sleep(100)

        assert 3 == len(await stream.collect())


async def test_pages_that_came_in_time_are_yielded_later() -> None:
    """What was fetched within the budget is not lost on a slow consumer."""
    api = FakeApi({name: job_list(name, 5) for name in "ab"}, delay=lambda _: 1.0)
    async with open_accounts(api) as accounts:
        stream = accounts.iter_indexing_jobs(budget=2.5, per_page=3)
        items = [await anext(stream)]
        await asyncio.sleep(100)
        items += await stream.collect()

    assert 6 == len(items)
    assert 2 == len(api.requests)


@pytest.mark.parametrize("order", ["arrival", "newest"])
@pytest.mark.parametrize("budget", [0.05, 0.25, 0.75, 1.5, 2.0])
async def test_a_budget_loses_nothing(order: Any, budget: float) -> None:
    """Resuming from the position yields exactly the rest, however little came."""
    api = FakeApi(
        {name: job_list(name, 7) for name in "abc"},
        delay=lambda token: {"a": 0.1, "b": 0.5, "c": 1.0}[token],
    )
    async with open_accounts(api) as accounts:
        uuids: list[str] = []
        start: StreamPosition | None = None
        is_complete = False
        while not is_complete:
            stream = accounts.iter_indexing_jobs(
                order=order, budget=budget, per_page=2, prefetch=2, start=start
            )
            uuids += [item.uuid for _, item in await stream.collect()]
            start = StreamPosition.from_json(stream.position.to_json())
            is_complete = stream.is_complete
            # Nothing is so slow that it never comes.
            budget *= 1.5

    assert sorted(it["uuid"] for jobs in api.lists.values() for it in jobs) == sorted(
        uuids
    )
