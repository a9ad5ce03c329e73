"""Iterating over a list of many pages."""

from __future__ import annotations

import asyncio
import gc
import itertools
import pickle
import random
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradient_async import ConfigurationError, Page, PaginationError, Paginator
from gradient_async.errors import ServerError
from gradient_async.paging import Position
from gradient_async.paging.list_reader import ListReader
from gradient_async.paging.prefetch_buffer import DecodePage
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
    """Build a paginator over numbers, each of which is its own key."""

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
async def test_gives_every_item_once_in_order(prefetch: int) -> None:
    """All items of all pages come in the server's order."""
    numbers = GrowingList(95)

    assert numbers.items == await paginate(numbers.fetch, prefetch=prefetch).collect()
    assert list(range(1, 11)) == numbers.asked


@pytest.mark.parametrize("prefetch", [1, 4, 16])
async def test_keeps_to_its_window(prefetch: int) -> None:
    """Never more than `prefetch` pages are on their way at once."""
    numbers = GrowingList(1000, delay=lambda: 1.0)
    await paginate(numbers.fetch, prefetch=prefetch).collect()

    assert prefetch == numbers.most_in_flight


async def test_holds_back() -> None:
    """A slow consumer is never more than a window behind what was asked for."""
    numbers = GrowingList(1000)
    given = 0
    async for _ in paginate(numbers.fetch, prefetch=4):
        await asyncio.sleep(10)
        assert len(numbers.asked) <= given // 10 + 4
        given += 1


async def test_fetches_ahead_while_the_consumer_works() -> None:
    """The next pages travel while the loop's body runs."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async for _ in paginate(numbers.fetch, prefetch=2):
        await asyncio.sleep(1.0)

    # 2 s each for pages 1 and 2, 100 s of work, and nothing more.
    assert 104.0 == pytest.approx(loop.time() - began)


async def test_asks_for_nothing_before_the_first_item() -> None:
    """Making a paginator, or iterators of it, sends nothing."""
    numbers = GrowingList(100)
    paginator = paginate(numbers.fetch)
    aiter(paginator)
    paginator.pages()
    await asyncio.sleep(1)

    assert [] == numbers.asked


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "dropped"])
async def test_break_leaves_nothing(*, kept: bool) -> None:
    """After a break no page is on its way, even where the paginator lives on."""
    numbers = GrowingList(1000, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    reference = paginator if kept else None
    await take(paginator, 16)
    del paginator
    asked = len(numbers.asked)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert 0 == numbers.in_flight
    assert 1 == len(asyncio.all_tasks())
    assert asked == len(numbers.asked) <= 1 + 4
    assert kept == (reference is not None)


async def test_goes_on_after_a_break() -> None:
    """A second loop over the same paginator goes on where the first one stopped."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    first = await take(paginator, 37)

    assert numbers.items == first + await paginator.collect()


async def test_single_steps() -> None:
    """`anext` works on the paginator itself, and its leftovers go with it."""
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


async def test_ends_for_good() -> None:
    """After the end, asking again ends again, without a request."""
    numbers = GrowingList(5)
    paginator = paginate(numbers.fetch)
    await paginator.collect()

    with pytest.raises(StopAsyncIteration):
        await anext(paginator)
    assert [1] == numbers.asked


async def test_closing_cancels_and_ends() -> None:
    """`aclose` waits until nothing is on its way, and ends the iteration."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    async with paginate(numbers.fetch) as paginator:
        [await anext(paginator) for _ in range(11)]
    await paginator.aclose()

    assert 0 == numbers.in_flight
    with pytest.raises(StopAsyncIteration):
        [await anext(paginator) for _ in range(10)]


async def test_closing_ends_a_waiting_consumer() -> None:
    """A consumer that waits for a page while another task closes just ends."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    waiting = asyncio.ensure_future(paginator.collect())
    await asyncio.sleep(0.5)
    await paginator.aclose()

    assert [] == await waiting


async def test_cancelled_consumer() -> None:
    """Cancelling whoever waits for an item cancels the fetches of its loop."""
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


async def test_timed_out_step_loses_nothing() -> None:
    """A step that the caller gave up on is taken up by the next one."""
    numbers = GrowingList(20, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await anext(paginator)

    assert numbers.items == await paginator.collect()
    assert [1, 2] == numbers.asked


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


async def test_one_of_two_loops_ends_early() -> None:
    """A loop that breaks does not take away the other's items."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    rest = asyncio.ensure_future(paginator.collect())
    await asyncio.sleep(2.5)
    one = await take(paginator, 1)

    assert numbers.items == sorted(await rest + one, reverse=True)


class Failing:
    """Serves a list whose pages fail, each a given number of times."""

    def __init__(self, numbers: GrowingList, **failures: int) -> None:
        self.numbers = numbers
        self.failures = {int(page[1:]): times for page, times in failures.items()}

    async def fetch(self, page: int, per_page: int) -> Page[int]:
        """Fail, or serve."""
        if self.failures.get(page, 0):
            self.failures[page] -= 1
            raise ServerError(f"page {page}", status=503)
        return await self.numbers.fetch(page, per_page)


@pytest.mark.parametrize("prefetch", [1, 4, 16])
async def test_an_error_comes_in_its_place(prefetch: int) -> None:
    """Page 7 of 20 fails after the items of page 6; going on asks for it again."""
    numbers = GrowingList(200)
    failing = Failing(numbers, p7=2)
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


async def test_errors_nobody_came_for_are_quiet() -> None:
    """A page that failed ahead of a break is no "exception was never retrieved"."""
    failing = Failing(GrowingList(200), p3=1)
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: complaints.append(context)
    )
    await take(paginate(failing.fetch), 16)
    gc.collect()
    await asyncio.sleep(1)

    assert [] == complaints


def grow_at_random(chance: random.Random) -> Callable[[], int]:
    """Add 0 to 12 items before a page is read, but not without end."""
    growth = [chance.choice([0, 0, 0, 1, 2, 5, 9, 10, 11, 12]) for _ in range(30)]
    return lambda: growth.pop() if growth else 0


@settings(max_examples=200)
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
    chance = random.Random(seed)
    numbers = GrowingList(
        length, before_reading=grow_at_random(chance), delay=chance.random
    )

    async def fetch(page: int, size: int) -> Page[int]:
        if chance.random() < 0.1:
            raise ServerError("by chance", status=503)
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
            numbers.add(chance.randrange(40))
        return got

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        got = runner.run(read())

    assert list(range(max(got, default=0), 0, -1)) == got
    assert length <= len(got)


async def test_rereads_at_most_once() -> None:
    """However fast the list grows, a page is asked for twice at most."""
    numbers = GrowingList(300, before_reading=lambda: 3, delay=lambda: 1.0)
    await paginate(numbers.fetch, prefetch=8).collect()

    assert 2 == max(numbers.asked.count(page) for page in numbers.asked)


async def test_shrinking_is_drift() -> None:
    """Items removed meanwhile may hide others: `drift` tells, nothing repeats."""
    numbers = GrowingList(100, delay=lambda: 1.0)
    paginator = paginate(numbers.fetch)
    got = [await anext(paginator) for _ in range(15)]
    del numbers.items[:10]
    got += await paginator.collect()

    assert paginator.drift
    assert len(set(got)) == len(got)


async def test_growth_elsewhere_hides_nothing() -> None:
    """Items that appear behind the reader instead of at the head hide no others."""
    numbers = GrowingList(10)
    paginator = paginate(numbers.fetch, per_page=5)
    got = await paginator.collect(max_items=5)
    numbers.items += [0, -1]
    got += await paginator.collect()

    assert list(range(10, -2, -1)) == got


async def test_awaiting_a_resumed_list() -> None:
    """The first page of a resumed list begins where the position is."""
    numbers = GrowingList(20)
    start = Position(page=2, offset=5, total=20, per_page=10)
    paginator = paginate(numbers.fetch, start=start, max_items=3)
    before = await paginator
    await paginator.collect()

    assert (5, 4, 3) == before.items == (await paginator).items


async def test_sharing_a_limit() -> None:
    """Tasks that share a limited paginator ask for no page beyond the limit."""
    numbers = GrowingList(20)
    paginator = paginate(numbers.fetch, per_page=2, max_items=2)
    pages = [
        asyncio.ensure_future(anext(aiter(paginator.pages()), None)) for _ in range(3)
    ]
    got = [page.items for page in await asyncio.gather(*pages) if page is not None]

    assert [(20, 19)] == got
    assert [1] == numbers.asked


async def test_no_item_twice_whatever_happens() -> None:
    """Where as many items go as are added, the total hides it; nothing repeats."""
    numbers = GrowingList(30)
    paginator = paginate(numbers.fetch)
    got = await paginator.collect(max_items=10)
    numbers.add(5)
    del numbers.items[-5:]
    got += await paginator.collect()

    assert list(range(30, 5, -1)) == got


async def test_quiet_list_is_no_drift() -> None:
    """A list that does not change has no drift."""
    paginator = paginate(GrowingList(95).fetch)
    await paginator.collect()

    assert not paginator.drift


async def test_tells_how_long_the_list_is() -> None:
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
    """Resuming at the end gives nothing, however much was added meanwhile."""
    numbers = GrowingList(95)
    paginator = paginate(numbers.fetch)
    await paginator.collect()
    for more in (0, 1, 10, 37):
        numbers.items = [*range(95 + more, 95, -1), *range(95, 0, -1)]
        resumed = paginate(numbers.fetch, start=paginator.position)

        assert [] == await resumed.collect()


async def test_position_without_totals() -> None:
    """Where the server tells no total, a position still skips what was given."""

    async def fetch(page: int, per_page: int) -> Page[int]:
        first = (page - 1) * per_page
        return Page(items=tuple(range(first, first + per_page)), page=page)

    start = Position(page=3, offset=4)

    assert [24, 25, 26, 27, 28, 29] == await paginate(fetch, start=start).collect()


async def test_pages() -> None:
    """Pages come in order, each with its number and the list's length."""
    paginator = paginate(GrowingList(25).fetch)
    pages = [page async for page in paginator.pages()]

    assert [1, 2, 3] == [page.page for page in pages]
    assert [10, 10, 5] == [len(page.items) for page in pages]
    assert {(3, 25)} == {(page.pages, page.total) for page in pages}


async def test_pages_go_on_after_items() -> None:
    """Pages and items are two views of one iteration."""
    paginator = paginate(GrowingList(25).fetch)
    first = [await anext(paginator) for _ in range(3)]
    pages = [page.items async for page in paginator.pages()]

    assert list(range(25, 0, -1)) == first + [n for page in pages for n in page]


async def test_pages_are_filtered_too() -> None:
    """Pages hold what iterating would give, up to `max_items`."""
    paginator = paginate(
        GrowingList(40).fetch, keep=lambda number: number % 2 == 0, max_items=7
    )
    pages = [page.items async for page in paginator.pages()]

    assert [(40, 38, 36, 34, 32), (30, 28)] == pages


async def test_awaiting_keeps_what_iterating_would() -> None:
    """The first page alone is filtered and limited like the iteration."""
    paginator = paginate(
        GrowingList(25).fetch, keep=lambda number: number % 2 == 0, max_items=3
    )

    assert (24, 22, 20) == (await paginator).items
    assert [24, 22, 20] == await paginator.collect()


async def test_a_fetch_that_is_cancelled_from_outside() -> None:
    """A page whose fetching somebody else cancelled ends the wait, as a call would."""

    async def fetch(page: int, per_page: int) -> Page[int]:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await paginate(fetch).collect()


async def test_awaiting_gives_the_first_page() -> None:
    """`await` fetches the first page alone and moves nothing."""
    numbers = GrowingList(25)
    paginator = paginate(numbers.fetch)
    page = await paginator

    assert (1, 3, 25) == (page.page, page.pages, page.total)
    assert numbers.items[:10] == list(page.items)
    assert numbers.items == await paginator.collect()


@pytest.mark.parametrize(
    ("expected", "max_items"), [([1], 7), ([1, 2], 11), ([1, 2, 3, 4, 5], 1000)]
)
async def test_limits_hold_back_the_window(expected: list[int], max_items: int) -> None:
    """No page is asked for that the limit cannot need."""
    numbers = GrowingList(1000)
    paginator = paginate(numbers.fetch, max_items=max_items)
    await take(paginator, 11)

    assert expected == numbers.asked


async def test_closed_is_closed() -> None:
    """After `aclose` nothing comes any more, not even the rest of the page at hand."""
    paginator = paginate(GrowingList(100).fetch)
    await anext(paginator)
    await paginator.aclose()

    assert [] == await paginator.collect()
    assert [] == [page async for page in paginator.pages()]


async def test_filter_and_limit() -> None:
    """`max_items` counts what was kept, and asks for no page beyond."""
    numbers = GrowingList(1000)
    paginator = paginate(
        numbers.fetch, keep=lambda number: number % 3 == 0, max_items=3
    )

    assert [999, 996, 993] == await paginator.collect()
    assert [1] == numbers.asked


async def test_collecting_a_part() -> None:
    """`collect(max_items=)` stops there, and the next one goes on."""
    paginator = paginate(GrowingList(5).fetch)
    parts = [await paginator.collect(max_items=n) for n in (0, 2, 1, 9)]

    assert [[], [5, 4], [3], [2, 1]] == parts


async def test_empty_list() -> None:
    """An empty list is one request and no items."""
    numbers = GrowingList(0)

    assert [] == await paginate(numbers.fetch).collect()
    assert [1] == numbers.asked


async def test_same_page_for_ever() -> None:
    """A server that repeats one page is found out at its second page."""

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


LIES = [
    pytest.param(pages, total, id=f"{pages} pages, {total} items")
    for pages in (None, 1, 2, 10**9)
    for total in (None, -5, 0, 7, 10**9)
]


@pytest.mark.parametrize(("pages", "total"), LIES)
async def test_lying_servers(pages: int | None, total: int | None) -> None:
    """Whatever a server claims, the iteration ends, with an end or an error."""

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
def test_impossible_page_sizes(per_page: int) -> None:
    """A page size that the API does not know is refused before anything is sent."""
    with pytest.raises(ConfigurationError, match="per_page"):
        paginate(GrowingList(1).fetch, per_page=per_page)


def test_impossible_numbers() -> None:
    """So are a prefetch of 0 and a negative limit."""
    with pytest.raises(ConfigurationError, match="prefetch"):
        paginate(GrowingList(1).fetch, prefetch=0)
    with pytest.raises(ConfigurationError, match="max_items"):
        paginate(GrowingList(1).fetch, max_items=-1)


async def test_impossible_collection() -> None:
    """So is collecting less than nothing."""
    with pytest.raises(ConfigurationError, match="max_items"):
        await paginate(GrowingList(1).fetch).collect(max_items=-1)


def test_position_of_another_page_size() -> None:
    """A position counts in pages of its own size; another one is refused."""
    with pytest.raises(ConfigurationError, match="pages of 20"):
        paginate(GrowingList(1).fetch, per_page=10, start=Position(per_page=20))


def test_plain_for_is_pointed_out() -> None:
    """A `for` without `async` says what to write instead."""
    with pytest.raises(TypeError, match="async for"):
        iter(paginate(GrowingList(1).fetch))  # type: ignore[call-overload]


async def test_repr_shows_the_place() -> None:
    """The repr shows the list and how far it was read."""
    paginator = paginate(GrowingList(95).fetch)
    before = repr(paginator)
    [await anext(paginator) for _ in range(11)]

    assert "<Paginator /numbers, not started>" == before
    assert "<Paginator /numbers, page 2 of 10>" == repr(paginator)
    await paginator.aclose()


async def test_memory_stays_flat() -> None:
    """Pages given out are let go: only the window is held."""
    held: list[int] = []
    before = sum(isinstance(o, Page) for o in gc.get_objects())
    numbers = GrowingList(200)
    paginator = paginate(numbers.fetch)
    async for _ in paginator.pages():
        gc.collect()
        held.append(sum(isinstance(o, Page) for o in gc.get_objects()))

    assert max(held) - before <= 4 + 3


async def test_position_where_a_limit_ended_a_page() -> None:
    """The position after `max_items` is within the page, right after the last item."""
    numbers = GrowingList(95)
    paginator = paginate(numbers.fetch, max_items=3)
    await paginator.collect()
    resumed = paginate(numbers.fetch, start=paginator.position)

    assert Position(page=1, offset=3, total=95, per_page=10) == paginator.position
    assert numbers.items[3:] == await resumed.collect()


async def test_closing_keeps_what_was_read() -> None:
    """A closed paginator still knows the list's length, its progress and its start."""
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
