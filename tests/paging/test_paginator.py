"""Iteration over lists that span several pages."""

from __future__ import annotations

import asyncio
import gc
import itertools
import pickle
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import ConfigurationError, Page, PaginationError, Paginator
from gradient_async.errors import ServerError
from gradient_async.paging import Position
from gradient_async.paging.list_reader import ListReader
from gradient_async.paging.prefetch_buffer import DecodePage
from tests.support.examples import examples
from tests.support.growing_list import GrowingList
from tests.support.streams import take
from tests.support.virtual_time import VirtualTimeLoop


def paginate(
    fetch: Callable[[int, int], Awaitable[Page[int]]],
    *,
    per_page: int | None = 10,
    prefetch: int = 4,
    start: Position | None = None,
    keep: Callable[[int], bool] | None = None,
    max_items: int | None = None,
) -> Paginator[int]:
    """Create a paginator over numbers, each of which is its own key."""

    async def fetch_page(page: int, per_page: int) -> DecodePage[int]:
        fetched = await fetch(page, per_page)
        return lambda: fetched

    reader = ListReader(
        fetch_page,
        path="/numbers",
        keys=tuple,
        keep=keep,
        max_items=max_items,
        per_page=per_page,
        prefetch=prefetch,
        start=start,
    )
    return Paginator(reader)


@pytest.mark.parametrize("prefetch", [1, 4, 16])
async def test_every_item_once_in_order(prefetch: int) -> None:
    """All items of all pages are yielded once, in the server's order."""
    numbers = GrowingList(95)

    assert numbers.items == await paginate(numbers.fetch, prefetch=prefetch).collect()
    assert list(range(1, 11)) == numbers.requested_pages


@pytest.mark.parametrize("prefetch", [1, 4, 16])
async def test_at_most_a_window_in_flight(prefetch: int) -> None:
    """At most `prefetch` pages are in flight at once."""
    numbers = GrowingList(1000, delay=lambda: 1.0)
    await paginate(numbers.fetch, prefetch=prefetch).collect()

    assert prefetch == numbers.most_in_flight


async def test_backpressure() -> None:
    """With a slow consumer, no more than a window is requested ahead."""
    numbers = GrowingList(1000)
    consumed = 0
    async for _ in paginate(numbers.fetch, prefetch=4):
        await asyncio.sleep(10)
        assert len(numbers.requested_pages) <= consumed // 10 + 4
        consumed += 1


async def test_prefetches_while_the_consumer_works() -> None:
    """The next pages are fetched while the loop's body runs."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async for _ in paginate(numbers.fetch, prefetch=2):
        await asyncio.sleep(1.0)

    # 2 s each for pages 1 and 2, 100 s of work, and nothing more.
    assert 104.0 == pytest.approx(loop.time() - began)


async def test_lazy_start() -> None:
    """Creating a paginator, or iterators of it, sends nothing."""
    numbers = GrowingList(100)
    paginator = paginate(numbers.fetch)
    aiter(paginator)
    paginator.pages()
    await asyncio.sleep(1)

    assert [] == numbers.requested_pages


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "dropped"])
async def test_break_cancels_prefetching(*, kept: bool) -> None:
    """After a break no page is in flight, even if the paginator is kept."""
    numbers = GrowingList(1000, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    reference = paginator if kept else None
    await take(paginator, 16)
    del paginator
    requested = len(numbers.requested_pages)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert 0 == numbers.in_flight
    assert 1 == len(asyncio.all_tasks())
    assert requested == len(numbers.requested_pages) <= 1 + 4
    assert kept == (reference is not None)


async def test_second_loop_continues() -> None:
    """A second loop over a paginator continues where the first one stopped."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    first = await take(paginator, 37)

    assert numbers.items == first + await paginator.collect()


async def test_single_steps() -> None:
    """`anext` works on the paginator itself, whose tasks are cancelled with it."""
    later = itertools.count(1)
    numbers = GrowingList(100, delay=lambda: next(later))
    paginator = paginate(numbers.fetch)
    steps = [await anext(paginator) for _ in range(11)]
    tasks = len(asyncio.all_tasks())
    del paginator
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert numbers.items[:11] == steps
    assert 1 + 3 == tasks
    assert 1 == len(asyncio.all_tasks())


async def test_stays_at_the_end() -> None:
    """After the end, the next step ends again, without a request."""
    numbers = GrowingList(5)
    paginator = paginate(numbers.fetch)
    await paginator.collect()

    with pytest.raises(StopAsyncIteration):
        await anext(paginator)
    assert [1] == numbers.requested_pages


async def test_closing_cancels_pending_requests() -> None:
    """`aclose` waits until nothing is in flight, and ends the iteration."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    async with paginate(numbers.fetch) as paginator:
        [await anext(paginator) for _ in range(11)]
    await paginator.aclose()

    assert 0 == numbers.in_flight
    with pytest.raises(StopAsyncIteration):
        [await anext(paginator) for _ in range(10)]


async def test_cancelled_consumer() -> None:
    """Cancelling a consumer that waits for an item cancels its loop's requests."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    waiting = asyncio.ensure_future(paginate(numbers.fetch).collect())
    await asyncio.sleep(0.5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    del waiting
    gc.collect()
    await asyncio.sleep(0)

    assert 0 == numbers.in_flight


async def test_two_tasks_share_the_items() -> None:
    """Tasks that iterate over one paginator get each item once between them."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)

    async def work() -> list[int]:
        return [await _slowly(number) async for number in paginator]

    async def _slowly(number: int) -> int:
        await asyncio.sleep(0.1)
        return number

    parts = await asyncio.gather(*(work() for _ in range(3)))

    assert numbers.items == sorted((n for part in parts for n in part), reverse=True)
    assert all(parts)


async def test_break_in_one_of_two_loops() -> None:
    """A loop that breaks does not lose items of the other loop."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    rest = asyncio.ensure_future(paginator.collect())
    await asyncio.sleep(2.5)
    one = await take(paginator, 1)

    assert numbers.items == sorted(await rest + one, reverse=True)


async def _take_one(paginator: Paginator[int]) -> list[int]:
    return [await anext(paginator)]


async def _iterate_once(paginator: Paginator[int]) -> list[int]:
    return [await anext(aiter(paginator))]


async def _take_page(paginator: Paginator[int]) -> list[int]:
    return list((await anext(paginator.pages())).items)


@pytest.mark.parametrize(
    "step",
    [
        _take_one,
        _iterate_once,
        _take_page,
        lambda paginator: take(paginator, 1),
        lambda paginator: paginator.collect(max_items=1),
    ],
    ids=["anext", "aiter", "pages", "break", "collect"],
)
async def test_hasty_consumer_beside_a_patient_one(
    step: Callable[[Paginator[int]], Awaitable[list[int]]],
) -> None:
    """A task that gives up before a page arrives does not keep it from others."""
    numbers = GrowingList(100, delay=lambda: 0.25)
    paginator = paginate(numbers.fetch)
    patient = asyncio.ensure_future(paginator.collect())
    taken: list[int] = []
    for _ in range(1000):
        with suppress(TimeoutError, StopAsyncIteration):
            async with asyncio.timeout(0.01):
                taken += await step(paginator)

    assert patient.done()
    assert sorted(numbers.items) == sorted(taken + await patient)
    assert list(range(1, 11)) == numbers.requested_pages


async def test_last_consumer_that_leaves() -> None:
    """When the last of several loops is left, nothing is in flight any more."""
    numbers = GrowingList(1000, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    loops = [asyncio.ensure_future(paginator.collect()) for _ in range(3)]
    await asyncio.sleep(2.5)
    tasks = []
    for each in loops:
        each.cancel()
        await asyncio.wait({each})
        await asyncio.sleep(0)
        tasks.append(len(asyncio.all_tasks()) - 1)

    # Four pages, and the loops that still wait for them.
    assert [4 + 2, 4 + 1, 0] == tasks
    assert 0 == numbers.in_flight


async def test_closing_ends_what_others_wait_for() -> None:
    """`aclose` cancels pages that other tasks wait for, and ends their loops."""
    numbers = GrowingList(1000, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    loops = [asyncio.ensure_future(paginator.collect()) for _ in range(3)]
    await asyncio.sleep(2.5)
    await paginator.aclose()

    assert 0 == numbers.in_flight
    assert 10 == sum(len(part) for part in await asyncio.gather(*loops))
    assert 1 == len(asyncio.all_tasks())


class FailingList:
    """A list whose pages fail, each a fixed number of times."""

    def __init__(self, numbers: GrowingList, **failures: int) -> None:
        self.numbers = numbers
        self.failures = {int(page[1:]): times for page, times in failures.items()}

    async def fetch(self, page: int, per_page: int) -> Page[int]:
        """Fail, or return a page."""
        if self.failures.get(page, 0):
            self.failures[page] -= 1
            raise ServerError(f"page {page}", status=503)
        return await self.numbers.fetch(page, per_page)


@pytest.mark.parametrize("prefetch", [1, 4, 16])
async def test_failed_page_is_fetched_again(prefetch: int) -> None:
    """Page 7 of 20 fails after the items of page 6; continuing fetches it again."""
    numbers = GrowingList(200)
    failing = FailingList(numbers, p7=2)
    paginator = paginate(failing.fetch, prefetch=prefetch)
    got: list[int] = []
    for _ in range(2):
        with pytest.raises(ServerError, match="page 7"):
            async for number in paginator:
                got.append(number)
        assert numbers.items[:60] == got
    async for number in paginator:
        got.append(number)

    assert numbers.items == got


async def test_unretrieved_errors_are_not_logged() -> None:
    """The error of a prefetched page that no consumer needed is not reported."""
    failing = FailingList(GrowingList(200), p3=1)
    reports: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: reports.append(context)
    )
    await take(paginate(failing.fetch), 16)
    gc.collect()
    await asyncio.sleep(1)

    assert [] == reports


def grow_at_random(rng: random.Random) -> Callable[[], int]:
    """Return a function that adds 0 to 12 items, and none from the 31st call on."""
    growth = [rng.choice([0, 0, 0, 1, 2, 5, 9, 10, 11, 12]) for _ in range(30)]
    return lambda: growth.pop() if growth else 0


@settings(max_examples=examples(200))
@given(
    length=st.integers(0, 120),
    per_page=st.integers(1, 12),
    prefetch=st.integers(1, 9),
    seed=st.integers(0, 2**32),
    stops=st.lists(st.integers(0, 50), max_size=4),
)
def test_exact_while_the_list_grows(
    length: int, per_page: int, prefetch: int, seed: int, stops: list[int]
) -> None:
    """
    A list that only grows at its head is read exactly.

    Whatever the order in which pages are served, with pages that fail, with breaks,
    pickles and resumptions in between, and more items added than a page holds: each
    item there at the first page comes once, in order.
    """
    rng = random.Random(seed)
    numbers = GrowingList(length, before_reading=grow_at_random(rng), delay=rng.random)

    async def fetch(page: int, size: int) -> Page[int]:
        if rng.random() < 0.1:
            raise ServerError("at random", status=503)
        return await numbers.fetch(page, size)

    async def read_on(start: Position, stop: int | None) -> tuple[list[int], Position]:
        paginator = paginate(fetch, per_page=None, prefetch=prefetch, start=start)
        got: list[int] = []
        while stop is None or len(got) < stop:
            try:
                got.append(await anext(paginator))
            except ServerError:
                continue
            except StopAsyncIteration:
                break
        assert not paginator.drift
        await paginator.aclose()
        return got, pickle.loads(pickle.dumps(paginator.position))

    async def read() -> list[int]:
        got: list[int] = []
        position = Position(per_page=per_page)
        for stop in [*stops, None]:
            part, position = await read_on(position, stop)
            got += part
            numbers.add(rng.randrange(40))
        return got

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        got = runner.run(read())

    assert list(range(max(got, default=0), 0, -1)) == got
    assert length <= len(got)


async def test_refetches_at_most_once() -> None:
    """However fast the list grows, a page is requested at most twice."""
    numbers = GrowingList(300, before_reading=lambda: 3, delay=lambda: 1.0)
    await paginate(numbers.fetch, prefetch=8).collect()

    assert 2 == max(
        numbers.requested_pages.count(page) for page in numbers.requested_pages
    )


async def test_shrinking_is_drift() -> None:
    """Removed items may hide others: `drift` is set, and nothing is repeated."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    got = [await anext(paginator) for _ in range(15)]
    del numbers.items[:10]
    got += await paginator.collect()

    assert paginator.drift
    assert len(set(got)) == len(got)


async def test_awaiting_a_resumed_list() -> None:
    """The first page of a resumed list starts at the position."""
    numbers = GrowingList(20)
    start = Position(page=2, offset=5, total=20, per_page=10)
    paginator = paginate(numbers.fetch, start=start, max_items=3)
    before = await paginator
    await paginator.collect()

    assert (5, 4, 3) == before.items == (await paginator).items


async def test_sharing_a_limit() -> None:
    """Tasks that share a paginator with a limit request no page beyond it."""
    numbers = GrowingList(20)
    paginator = paginate(numbers.fetch, per_page=2, max_items=2)
    pages = [
        asyncio.ensure_future(anext(aiter(paginator.pages()), None)) for _ in range(3)
    ]
    got = [page.items for page in await asyncio.gather(*pages) if page is not None]

    assert [(20, 19)] == got
    assert [1] == numbers.requested_pages


async def test_replaced_items_are_not_repeated() -> None:
    """If as many items are removed as added, no item is repeated."""
    numbers = GrowingList(30)
    paginator = paginate(numbers.fetch)
    got = await paginator.collect(max_items=10)
    numbers.add(5)
    del numbers.items[-5:]
    got += await paginator.collect()

    assert list(range(30, 5, -1)) == got


async def test_totals() -> None:
    """`total` and `pages_total` are known from the first page on."""
    paginator = paginate(GrowingList(95).fetch)
    before = (paginator.total, paginator.pages_total)
    await anext(paginator)

    assert (None, None) == before
    assert (95, 10) == (paginator.total, paginator.pages_total)


async def test_position() -> None:
    """The position is the place right after the latest item."""
    paginator = paginate(GrowingList(95).fetch)
    positions = [paginator.position]
    for steps in (1, 9, 85):
        [await anext(paginator) for _ in range(steps)]
        positions.append(paginator.position)

    assert [
        Position(page=1, per_page=10),
        Position(page=1, offset=1, total=95, per_page=10),
        Position(page=2, offset=0, total=95, per_page=10),
        Position(page=11, offset=0, total=95, per_page=10),
    ] == positions


async def test_position_at_the_end() -> None:
    """Resuming at the end yields nothing, however many items were added."""
    numbers = GrowingList(95)
    paginator = paginate(numbers.fetch)
    await paginator.collect()
    for more in (0, 1, 10, 37):
        numbers.items = [*range(95 + more, 95, -1), *range(95, 0, -1)]
        resumed = paginate(numbers.fetch, start=paginator.position)

        assert [] == await resumed.collect()


async def test_position_without_totals() -> None:
    """If the server reports no total, a position still skips its items."""

    async def fetch(page: int, per_page: int) -> Page[int]:
        first = (page - 1) * per_page
        return Page(items=tuple(range(first, first + per_page)), page=page)

    start = Position(page=3, offset=4)

    assert [24, 25, 26, 27, 28, 29] == await paginate(fetch, start=start).collect()


async def test_pages() -> None:
    """Pages are yielded in order, with their number and the list's length."""
    paginator = paginate(GrowingList(25).fetch)
    pages = [page async for page in paginator.pages()]

    assert [1, 2, 3] == [page.page for page in pages]
    assert [10, 10, 5] == [len(page.items) for page in pages]
    assert {(3, 25)} == {(page.pages, page.total) for page in pages}


async def test_pages_continue_after_items() -> None:
    """Pages and items are two views of one iteration."""
    paginator = paginate(GrowingList(25).fetch)
    first = [await anext(paginator) for _ in range(3)]
    pages = [page.items async for page in paginator.pages()]

    assert list(range(25, 0, -1)) == first + [n for page in pages for n in page]


async def test_pages_are_filtered_too() -> None:
    """Pages have the items that iterating would yield, up to `max_items`."""
    paginator = paginate(
        GrowingList(40).fetch, keep=lambda number: number % 2 == 0, max_items=7
    )
    pages = [page.items async for page in paginator.pages()]

    assert [(40, 38, 36, 34, 32), (30, 28)] == pages


async def test_awaited_page_is_filtered_too() -> None:
    """The awaited page is filtered and limited like the iteration."""
    paginator = paginate(
        GrowingList(25).fetch, keep=lambda number: number % 2 == 0, max_items=3
    )

    assert (24, 22, 20) == (await paginator).items
    assert [24, 22, 20] == await paginator.collect()


async def test_fetch_cancelled_from_outside() -> None:
    """If something else cancels a fetch, the consumer gets the CancelledError."""

    async def fetch(page: int, per_page: int) -> Page[int]:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await paginate(fetch).collect()


async def test_awaiting_returns_the_first_page() -> None:
    """`await` fetches only the first page and does not advance the paginator."""
    numbers = GrowingList(25)
    paginator = paginate(numbers.fetch)
    page = await paginator

    assert (1, 3, 25) == (page.page, page.pages, page.total)
    assert numbers.items[:10] == list(page.items)
    assert numbers.items == await paginator.collect()


@pytest.mark.parametrize(
    ("expected", "max_items"), [([1], 7), ([1, 2], 11), ([1, 2, 3, 4, 5], 1000)]
)
async def test_limit_reduces_prefetching(expected: list[int], max_items: int) -> None:
    """No page is requested that the limit makes unnecessary."""
    numbers = GrowingList(1000)
    paginator = paginate(numbers.fetch, max_items=max_items)
    await take(paginator, 11)

    assert expected == numbers.requested_pages


async def test_closed_paginator_yields_nothing() -> None:
    """After `aclose` nothing is yielded, not even the rest of the current page."""
    paginator = paginate(GrowingList(100).fetch)
    await anext(paginator)
    await paginator.aclose()

    assert [] == await paginator.collect()
    assert [] == [page async for page in paginator.pages()]


async def test_filter_and_limit() -> None:
    """`max_items` counts items that pass the filter; no page beyond is requested."""
    numbers = GrowingList(1000)
    paginator = paginate(
        numbers.fetch, keep=lambda number: number % 3 == 0, max_items=3
    )

    assert [999, 996, 993] == await paginator.collect()
    assert [1] == numbers.requested_pages


async def test_collect_in_parts() -> None:
    """`collect(max_items=)` stops at the limit, and the next one continues."""
    paginator = paginate(GrowingList(5).fetch)
    parts = [await paginator.collect(max_items=n) for n in (0, 2, 1, 9)]

    assert [[], [5, 4], [3], [2, 1]] == parts


async def test_empty_list() -> None:
    """An empty list is one request and no items."""
    numbers = GrowingList(0)

    assert [] == await paginate(numbers.fetch).collect()
    assert [1] == numbers.requested_pages


async def test_endlessly_repeated_page() -> None:
    """A server that repeats one page causes an error at the second page."""

    async def fetch(page: int, _: int) -> Page[int]:
        return Page(items=(1,), page=page, pages=123, total=123, has_next=True)

    got: list[int] = []
    with pytest.raises(PaginationError) as caught:
        async for number in paginate(fetch):
            got.append(number)

    assert [1] == got
    assert (2, "GET", "/numbers") == (
        caught.value.page,
        caught.value.method,
        caught.value.path,
    )


INCONSISTENT_COUNTS = [
    pytest.param(pages, total, id=f"{pages} pages, {total} items")
    for pages in (None, 1, 2, 10**9)
    for total in (None, -5, 0, 7, 10**9)
]


@pytest.mark.parametrize(("pages", "total"), INCONSISTENT_COUNTS)
async def test_inconsistent_counts(pages: int | None, total: int | None) -> None:
    """Whatever counts a server reports, the iteration ends, normally or in an error."""

    async def fetch(page: int, _: int) -> Page[int]:
        items = (page,) if page <= 3 else ()
        return Page(items=items, page=page, pages=pages, total=total, has_next=True)

    paginator = paginate(fetch)
    got = []
    try:
        async for number in paginator:
            got.append(number)
    except PaginationError:
        assert pages == 10**9

    assert list(range(1, min(pages or 3, 3) + 1)) == got


@pytest.mark.parametrize("per_page", [0, -1, 201])
def test_invalid_page_sizes(per_page: int) -> None:
    """A page size outside 1 to 200 is rejected before anything is sent."""
    with pytest.raises(ConfigurationError, match="per_page"):
        paginate(GrowingList(1).fetch, per_page=per_page)


def test_invalid_options() -> None:
    """A prefetch of 0 and a negative limit are rejected."""
    with pytest.raises(ConfigurationError, match="prefetch"):
        paginate(GrowingList(1).fetch, prefetch=0)
    with pytest.raises(ConfigurationError, match="max_items"):
        paginate(GrowingList(1).fetch, max_items=-1)


async def test_invalid_limit_of_collect() -> None:
    """A negative limit of `collect` is rejected."""
    with pytest.raises(ConfigurationError, match="max_items"):
        await paginate(GrowingList(1).fetch).collect(max_items=-1)


def test_position_of_another_page_size() -> None:
    """A position is valid only for its own page size; another one is rejected."""
    with pytest.raises(ConfigurationError, match="pages of 20"):
        paginate(GrowingList(1).fetch, per_page=10, start=Position(per_page=20))


async def test_repr() -> None:
    """The repr shows the list's path and the current page."""
    paginator = paginate(GrowingList(95).fetch)
    before = repr(paginator)
    [await anext(paginator) for _ in range(11)]

    assert "<Paginator /numbers, not started>" == before
    assert "<Paginator /numbers, page 2 of 10>" == repr(paginator)
    await paginator.aclose()


async def test_constant_memory() -> None:
    """Only the pages of the window are in memory, and none that were yielded."""
    counts: list[int] = []
    numbers = GrowingList(200)
    paginator = paginate(numbers.fetch)
    # Objects that exist already would be searched again for each page.
    gc.freeze()
    try:
        async for _ in paginator.pages():
            gc.collect()
            counts.append(sum(isinstance(it, Page) for it in gc.get_objects()))
    finally:
        gc.unfreeze()

    assert max(counts) <= 4 + 3


async def test_position_at_a_limit_within_a_page() -> None:
    """The position after `max_items` is within the page, right after the last item."""
    numbers = GrowingList(95)
    paginator = paginate(numbers.fetch, max_items=3)
    await paginator.collect()
    resumed = paginate(numbers.fetch, start=paginator.position)

    assert Position(page=1, offset=3, total=95, per_page=10) == paginator.position
    assert numbers.items[3:] == await resumed.collect()


async def test_closed_paginator_keeps_its_state() -> None:
    """A closed paginator keeps the totals, its position and its first page."""
    paginator = paginate(GrowingList(95).fetch)
    [await anext(paginator) for _ in range(11)]
    first_page = await paginator
    position = paginator.position
    await paginator.aclose()
    await paginator.aclose()

    assert (95, 10) == (paginator.total, paginator.pages_total)
    assert "<Paginator /numbers, page 2 of 10>" == repr(paginator)
    assert position == paginator.position
    assert first_page == await paginator
