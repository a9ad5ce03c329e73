"""Positions of streams: save them, read them strictly, and go on from them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async import (
    Account,
    Accounts,
    AccountsError,
    ConfigurationError,
    StreamPosition,
)
from gradient_async.accounts import AccountPosition
from gradient_async.paging import Position
from tests.accounts.fake_api import FakeApi, error, job, job_list, open_accounts
from tests.support.streams import take
from tests.support.virtual_time import VirtualTimeLoop

FINGERPRINT = "0123456789abcdef"
POSITION = {"page": 2, "offset": 3, "total": 500, "per_page": 100}

positions = st.builds(
    Position,
    page=st.integers(1, 10**9),
    offset=st.integers(0, 10**9),
    total=st.none() | st.integers(0, 10**9),
    per_page=st.none() | st.integers(1, 200),
)
account_positions = st.builds(
    AccountPosition,
    fingerprint=st.text("0123456789abcdef", min_size=16, max_size=16),
    position=st.none() | positions,
)


@given(st.dictionaries(st.text(), account_positions).map(StreamPosition))
def test_json_round_trip(position: StreamPosition) -> None:
    """A position survives JSON, as a string and as bytes."""
    text = position.to_json()

    assert position == StreamPosition.from_json(text)
    assert position == StreamPosition.from_json(text.encode())


def document(**changes: Any) -> str:
    """Return a valid document with changes to the account's position."""
    account = {"fingerprint": FINGERPRINT, "position": POSITION | changes}
    return json.dumps({"version": 1, "accounts": {"a": account}})


def test_the_format() -> None:
    """The JSON has a version, and for each account fingerprint and position."""
    known = AccountPosition(fingerprint=FINGERPRINT, position=Position(**POSITION))

    assert StreamPosition({"a": known}) == StreamPosition.from_json(document())
    assert json.loads(document()) == json.loads(StreamPosition({"a": known}).to_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"version": 2, "accounts": {}}',
        '{"version": "1", "accounts": {}}',
        '{"version": 1}',
        '{"version": 1, "accounts": []}',
        '{"version": 1, "accounts": {}, "more": 1}',
        '{"version": 1, "accounts": {"a": null}}',
        '{"version": 1, "accounts": {"a": {"fingerprint": "0123456789abcdef"}}}',
        '{"version": 1, "accounts": {"a": {"fingerprint": "", "position": null}}}',
        document().replace(FINGERPRINT, FINGERPRINT.upper()),
        document().replace(FINGERPRINT, FINGERPRINT + "0"),
        document(page=0),
        document(page=True),
        document(page="2"),
        document(page=1.5),
        document(offset=-1),
        document(total=-1),
        document(per_page=201),
        document(per_page=0),
        document(more=1),
        document() + "x",
        "[" * 100_000,
        "\ud800",
        b"\xff",
        None,
        5,
    ],
)
def test_strictness(text: Any) -> None:
    """Anything but what `to_json` writes is refused, and not shown."""
    with pytest.raises(ConfigurationError) as caught:
        StreamPosition.from_json(text)

    assert FINGERPRINT not in str(caught.value)


def uuids(items: list[Any]) -> list[str]:
    """Return the ids of the jobs."""
    return [item.uuid for _, item in items]


@given(
    sizes=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    growth=st.lists(st.integers(0, 5), max_size=8),
    cuts=st.lists(st.integers(0, 8), max_size=6),
    per_page=st.integers(1, 5),
    order=st.sampled_from(["arrival", "newest"]),
)
def test_resuming_yields_exactly_the_rest(
    sizes: list[int], growth: list[int], cuts: list[int], per_page: int, order: Any
) -> None:
    """Each item that was there at first comes once, while the lists grow."""
    names = "abcd"[: len(sizes)]
    api = FakeApi({it: job_list(it, n) for it, n in zip(names, sizes, strict=True)})
    every = sorted(it["uuid"] for jobs in api.lists.values() for it in jobs)
    more, numbers = iter(growth), count()

    def grow(position: StreamPosition | None) -> None:
        # Only lists that were asked before: those not begun are read as they are.
        for name in position.accounts if position else ():
            added = range(next(more, 0))
            new = [job(f"{name}-new-{next(numbers)}", -1.0) for _ in added]
            api.lists[name] = new + api.lists[name]

    async def read() -> list[str]:
        found: list[str] = []
        async with open_accounts(api) as accounts:
            position = None
            for cut in [*cuts, None]:
                stream = accounts.iter_indexing_jobs(
                    order=order, per_page=per_page, max_items=cut, start=position
                )
                found += uuids(await stream.collect())
                position = StreamPosition.from_json(stream.position.to_json())
                grow(position)
        return found

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        found = runner.run(read())

    assert every == sorted(found)


async def test_complete_accounts_are_not_asked_again() -> None:
    """An account that was read to its end sends no request after resuming."""
    api = FakeApi({"a": job_list("a", 3), "b": job_list("b", 30)})
    async with open_accounts(api) as accounts:
        first = accounts.iter_indexing_jobs(per_page=10)
        async with first:
            items = await take(first, 14)
        api.requests.clear()
        second = accounts.iter_indexing_jobs(per_page=10, start=first.position)
        items += await second.collect()
        third = accounts.iter_indexing_jobs(start=second.position)

        assert [] == await third.collect()
        assert second.is_complete
        assert third.is_complete
        assert second.position == third.position
    assert 33 == len(set(uuids(items)))
    assert {"b"} == set(api.tokens)


async def test_the_size_of_pages_is_kept() -> None:
    """Resuming without `per_page` goes on with the position's pages."""
    api = FakeApi({"a": job_list("a", 30)})
    async with open_accounts(api) as accounts:
        first = accounts.iter_indexing_jobs(per_page=7)
        items = await take(first, 10)
        second = accounts.iter_indexing_jobs(start=first.position)
        items += await second.collect()

    assert [it["uuid"] for it in api.lists["a"]] == uuids(items)
    assert {"7"} == {str(it.params["per_page"]) for _, it in api.requests}


async def test_accounts_that_were_not_asked_keep_their_position() -> None:
    """The position of a stream that has not begun is that which it starts from."""
    api = FakeApi({"a": job_list("a", 30)})
    async with open_accounts(api) as accounts:
        first = accounts.iter_indexing_jobs(per_page=10)
        await take(first, 5)
        second = accounts.iter_indexing_jobs(per_page=10, start=first.position)

        assert first.position == second.position
        assert {} == accounts.iter_indexing_jobs().position.accounts


async def test_an_account_that_failed_resumes_where_it_was() -> None:
    """What failed is read from where it stopped, after a page or before the first."""
    down = {"a", "b"}

    def respond(token: str, request: Any) -> Any:
        is_down = token in down and (token == "a" or request.params["page"] == "2")
        return error(403) if is_down else None

    api = FakeApi({"a": job_list("a", 5), "b": job_list("b", 5)}, respond=respond)
    async with open_accounts(api) as accounts:
        first = accounts.iter_indexing_jobs(per_page=3, on_error="collect")
        items = await first.collect()
        down.clear()
        second = accounts.iter_indexing_jobs(per_page=3, start=first.position)
        rest = await second.collect()

    assert ["b-0", "b-1", "b-2"] == uuids(items)
    assert Counter([*(f"a-{it}" for it in range(5)), "b-3", "b-4"]) == Counter(
        uuids(rest)
    )


@pytest.mark.parametrize(
    "other",
    [Account("another"), Account("a", base_url="http://127.0.0.1:9")],
    ids=["token", "base URL"],
)
@pytest.mark.parametrize("count", [3, 30], ids=["complete", "begun"])
async def test_positions_of_other_accounts_are_refused(
    other: Account, count: int
) -> None:
    """A position is that of one token and base URL; another sends no request."""
    api = FakeApi({"a": job_list("a", count), "b": job_list("b", 3)})
    async with open_accounts(api) as accounts:
        first = accounts.iter_indexing_jobs(per_page=10)
        async with first:
            await take(first, 6)
    api.requests.clear()
    async with Accounts({"a": other, "b": "b"}, transport=api) as accounts:
        stream = accounts.iter_indexing_jobs(per_page=10, start=first.position)
        with pytest.raises(AccountsError) as caught:
            await stream.collect()

    assert {"a": ConfigurationError} == {
        name: type(it) for name, it in caught.value.errors.items()
    }
    assert "account a" in str(caught.value.errors["a"])
    assert {"b"} >= set(api.tokens)
    assert first.position.accounts["a"] == stream.position.accounts["a"]
