"""Decisions about the pages of a list, without fetching any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.errors import PaginationError
from gradient_async.paging.page import Page, Position
from gradient_async.paging.page_tracker import PageTracker


def page(number: int, items: str, **facts: Any) -> Page[str]:
    """Create a page of letters, by default from a list of three pages and six items."""
    return Page(items=tuple(items), page=number, **({"pages": 3, "total": 6} | facts))


def accept(tracker: PageTracker[str], *pages: Page[str]) -> PageTracker[str]:
    """Accept pages in turn, each of which must be acceptable."""
    for each in pages:
        assert not tracker.is_stale(each, fresh=True)
        tracker.accept(each, each.items)
    return tracker


def start_tracker(
    start: Position | None = None, *, max_pages: int = 100_000
) -> PageTracker[str]:
    """Create a tracker that starts at a position, by default at the first page."""
    return PageTracker(start or Position(), max_pages=max_pages)


def serve(items: list[int], number: int, per_page: int) -> Page[int]:
    """Return a page as a server would."""
    first = (number - 1) * per_page
    return Page(
        items=tuple(items[first : first + per_page]),
        page=number,
        pages=-(-len(items) // per_page),
        total=len(items),
    )


def read_all(
    numbers: list[int],
    per_page: int,
    change: Callable[[list[int], int], list[int]],
    *,
    max_keys: int = 10_000,
) -> tuple[list[int], PageTracker[int]]:
    """
    Read a list to its end; return what is yielded, and the tracker.

    `change` gets the list, and the number of pages read, and returns the list that the
    next page is read from.
    """
    tracker = PageTracker[int](Position(), max_keys=max_keys)
    yielded: list[int] = []
    while not tracker.at_end:
        each = serve(numbers, tracker.next_page, per_page)
        yielded += [each.items[index] for index in tracker.accept(each, each.items)]
        numbers = change(numbers, tracker.accepted)
    return yielded, tracker


def test_initial_state() -> None:
    """Before the first page nothing is known, and only that page is requested."""
    tracker = start_tracker()

    assert (1, 0, None, None) == (
        tracker.next_page,
        tracker.accepted,
        tracker.total,
        tracker.pages,
    )
    assert range(1, 2) == tracker.pages_to_fetch(4)
    assert not tracker.at_end
    assert not tracker.drift


def test_unchanged_list() -> None:
    """A list that does not change is read to its end, page by page."""
    tracker = accept(start_tracker(), page(1, "ab"), page(2, "cd"))

    assert (3, 2, 6, 3) == (
        tracker.next_page,
        tracker.accepted,
        tracker.total,
        tracker.pages,
    )
    assert not tracker.at_end

    accept(tracker, page(3, "ef"))

    assert tracker.at_end
    assert not tracker.drift


def test_start_in_the_middle() -> None:
    """A tracker starts at its position."""
    tracker = start_tracker(Position(page=5, total=20))

    assert (5, 20) == (tracker.next_page, tracker.total)
    assert range(5, 6) == tracker.pages_to_fetch(4)


@pytest.mark.parametrize(
    ("expected", "window", "accepted", "pages"),
    [
        (range(2, 6), 4, 1, 9),
        (range(2, 3), 1, 1, 9),
        (range(2, 4), 4, 1, 3),
        (range(2, 3), 4, 1, 2),
        (range(4, 8), 4, 3, 7),
        # Without a page count, pages are requested one by one.
        (range(2, 3), 4, 1, None),
        # Past the end, only the next page: there is always one to request.
        (range(4, 5), 4, 3, 3),
        (range(4, 5), 4, 3, 1),
    ],
)
def test_pages_to_fetch(
    expected: range, window: int, accepted: int, pages: int | None
) -> None:
    """Only pages within the window and within the page count are fetched."""
    tracker = start_tracker()
    for number in range(1, accepted + 1):
        tracker.accept(page(number, "ab", pages=pages, has_next=True), (number,))

    assert expected == tracker.pages_to_fetch(window)


@given(
    window=st.integers(1, 20),
    accepted=st.integers(0, 20),
    pages=st.none() | st.integers(0, 30),
)
def test_bounds_of_prefetching(window: int, accepted: int, pages: int | None) -> None:
    """The next page is first, and no more pages than the window are fetched."""
    tracker = start_tracker()
    for number in range(1, accepted + 1):
        tracker.accept(page(number, "ab", pages=pages), (number,))
    pages_to_fetch = tracker.pages_to_fetch(window)

    assert accepted + 1 == pages_to_fetch[0]
    assert len(pages_to_fetch) <= window
    assert max(pages or 0, accepted + 1) >= pages_to_fetch[-1]


def test_stale_page_is_refetched() -> None:
    """A page whose total is smaller than its predecessor's is fetched again."""
    tracker = accept(start_tracker(), page(1, "ab", total=7))
    stale = page(2, "cd", total=6)

    assert tracker.is_stale(stale, fresh=False)
    assert (2, 1, 7) == (tracker.next_page, tracker.accepted, tracker.total)
    assert not tracker.drift


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("total", [6, 7, 600, None])
def test_list_that_grows(fresh: bool, total: int | None) -> None:
    """A total that grew, stayed the same or is missing causes no refetch."""
    tracker = accept(start_tracker(), page(1, "ab"))
    second = page(2, "bc", total=total)

    assert not tracker.is_stale(second, fresh=fresh)

    tracker.accept(second, second.items)

    assert not tracker.drift


@pytest.mark.parametrize("fresh", [True, False])
def test_first_page_is_never_stale(fresh: bool) -> None:
    """Resuming a list that has shrunk is drift, not staleness."""
    tracker = start_tracker(Position(page=2, total=9))
    second = page(2, "cd", total=6)

    assert not tracker.is_stale(second, fresh=fresh)

    tracker.accept(second, second.items)

    assert tracker.drift


def test_resuming_a_list_that_grew() -> None:
    """Resuming a list that has grown is not drift."""
    assert not accept(
        start_tracker(Position(page=2, total=6)), page(2, "cd", total=9)
    ).drift


@pytest.mark.parametrize("pages_back", [1, 2])
def test_repeated_page(pages_back: int) -> None:
    """A page with exactly the items of an earlier page is an error."""
    tracker = accept(start_tracker(), page(1, "ab", pages=9), page(2, "cd", pages=9))
    again = page(3, ["", "ab", "cd"][pages_back], pages=9)

    with pytest.raises(PaginationError, match="page 3 repeats an earlier") as caught:
        tracker.accept(again, again.items)

    assert 3 == caught.value.page


@pytest.mark.parametrize(
    ("expected", "items"),
    # Tiny pages are more likely to repeat rightly.
    [(80, "a"), (40, "ab"), (8, "abcdefghij"), (5, "a" * 200), (5, "")],
)
@pytest.mark.parametrize("step", [1, 2, -1, 10, 200])
def test_same_page_with_a_moving_total(expected: int, items: str, step: int) -> None:
    """A page that comes again and again is an error soon, whatever the total says."""
    tracker = start_tracker()

    with pytest.raises(PaginationError, match="but the list goes on"):
        for number in range(1, 1000):  # pragma: no branch
            each = page(number, items, pages=1000, total=10_000 + number * step)
            tracker.accept(each, each.items)

    assert 1 + expected == tracker.accepted


def test_same_pages_in_turn_with_a_moving_total() -> None:
    """Two pages that take turns are an error soon, whatever the total says."""
    tracker = start_tracker()

    with pytest.raises(PaginationError, match="repeats an earlier page"):
        for number in range(1, 1000):  # pragma: no branch
            items = "abcdefghij" if number % 2 else "klmnopqrst"
            each = page(number, items, pages=1000, total=10_000 + number)
            tracker.accept(each, each.items)

    assert 2 + 8 == tracker.accepted


def test_pages_repeated_after_one_growth() -> None:
    """After growth by several pages at once, any number of pages repeat rightly."""

    def grow(numbers: list[int], pages: int) -> list[int]:
        return [*range(1250, 1000, -1), *numbers] if pages == 40 else numbers

    yielded, tracker = read_all([*range(1000, 0, -1)], 10, grow)

    assert list(range(1000, 0, -1)) == yielded
    assert not tracker.drift


def test_too_many_pages() -> None:
    """A list that continues past the maximum number of pages is an error."""
    tracker = accept(
        start_tracker(max_pages=2), page(1, "ab", pages=9), page(2, "cd", pages=9)
    )

    with pytest.raises(PaginationError, match="does not end after 2 pages") as caught:
        accept(tracker, page(3, "ef", pages=9))

    assert 3 == caught.value.page


@pytest.mark.parametrize("count", [2000, 2001])
def test_pages_longer_than_requested(count: int) -> None:
    """A page of more than 2,000 items is an error, as 200 are requested at most."""
    tracker = PageTracker[int](Position())
    items = tuple(range(count))
    first = Page(items=items, page=1)

    if count == 2000:
        assert [*items] == [*tracker.accept(first, items)]
    else:
        with pytest.raises(PaginationError, match="page 1 has 2,001 items, far more"):
            tracker.accept(first, items)


@pytest.mark.parametrize(
    ("expected", "last"),
    [
        (False, page(1, "ab", pages=2)),
        (True, page(1, "ab", pages=1)),
        (True, page(2, "ab", pages=1)),
        # The page count takes precedence over the link.
        (True, page(1, "ab", pages=1, has_next=True)),
        (False, page(1, "ab", pages=2, has_next=False)),
        (False, page(1, "", pages=2)),
        # Without a page count, the link and the items decide.
        (False, page(1, "ab", pages=None, has_next=True)),
        (True, page(1, "ab", pages=None, has_next=False)),
        (True, page(1, "", pages=None, has_next=True)),
        (True, page(1, "", pages=None, has_next=False)),
        (True, page(1, "", pages=0, total=0)),
    ],
)
def test_end_of_the_list(expected: bool, last: Page[str]) -> None:
    """The list ends at its page count; without one, at no link or an empty page."""
    tracker = start_tracker(Position(page=last.page))
    tracker.accept(last, last.items)

    assert expected is tracker.at_end


NO_META: dict[str, Any] = {"pages": None, "total": None}


def test_list_without_meta() -> None:
    """Without counts, a list is read by its links, and drift is not detected."""
    tracker = accept(
        start_tracker(),
        page(1, "ab", **NO_META, has_next=True),
        page(2, "cd", **NO_META, has_next=True),
        page(3, "e", **NO_META),
    )

    assert tracker.at_end
    assert not tracker.drift
    assert (None, None) == (tracker.total, tracker.pages)


@pytest.mark.parametrize(
    ("expected", "pages"),
    [
        (False, [page(1, "ab"), page(2, "cd"), page(3, "ef")]),
        (
            False,
            [page(1, "ab", total=5), page(2, "cd", total=5), page(3, "e", total=5)],
        ),
        # A short page in the middle, and an empty one.
        (True, [page(1, "ab"), page(2, "c")]),
        (True, [page(1, "ab"), page(2, "")]),
        (False, [page(1, "ab"), page(2, "cde")]),
        # Fewer items than the total, at the end.
        (True, [page(1, "ab"), page(2, "cd"), page(3, "e")]),
        (True, [page(1, "a", pages=1, total=2)]),
        (True, [page(1, "", pages=1, total=2)]),
        (False, [page(1, "", pages=0, total=0)]),
        (False, [page(1, "ab", pages=1, total=2)]),
        # More items than the total hide nothing.
        (False, [page(1, "abc", pages=1, total=2)]),
        (False, [page(1, "ab", pages=1, total=None)]),
        # A total that shrank, and one that was missing in between.
        (True, [page(1, "ab", total=8), page(2, "cd", total=7)]),
        (False, [page(1, "ab", total=8), page(2, "cd", total=None)]),
    ],
)
def test_drift(expected: bool, pages: list[Page[str]]) -> None:
    """A change that growth at the head cannot explain is drift."""
    assert expected is accept(start_tracker(), *pages).drift


@pytest.mark.parametrize(
    ("expected_lost", "head", "tail"),
    [
        # Growth at the tail alone: what was taken for new is lost.
        (15, 0, 25),
        (10, 0, 20),
        (35, 0, 45),
        (40, 0, 500),
        # At both ends: lost where the tail grew by more than one page.
        (3, 12, 13),
        (0, 12, 3),
        (0, 25, 0),
        (0, 500, 0),
        (0, 0, 9),
    ],
)
def test_items_skipped_as_new_that_were_not(
    expected_lost: int, head: int, tail: int
) -> None:
    """Items taken for new are lost if none that was read follows them: drift."""

    def grow(numbers: list[int], pages: int) -> list[int]:
        added = (head, tail) if pages == 1 else (0, 0)
        return [*range(50 + added[0], 50, -1), *numbers, *range(0, -added[1], -1)]

    yielded, tracker = read_all([*range(50, 0, -1)], 10, grow)

    lost = set(range(1, 51)) - set(yielded)

    assert expected_lost == len(lost)
    assert bool(expected_lost) is tracker.drift


@given(
    length=st.integers(0, 30),
    per_page=st.integers(1, 6),
    growth=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=12),
    max_keys=st.integers(1, 12) | st.just(10_000),
)
def test_growth_never_hides_items_silently(
    length: int, per_page: int, growth: list[tuple[int, int]], max_keys: int
) -> None:
    """If a list grows at both ends, an item is yielded, or `drift` is set."""
    left = [*growth]

    def grow(numbers: list[int], _: int) -> list[int]:
        head, tail = left.pop() if left else (0, 0)
        first = min(numbers, default=10_000)
        last = max(numbers, default=9_999) + 1
        return [*range(first - head, first), *numbers, *range(last, last + tail)]

    numbers = [*range(10_000, 10_000 + length)]
    yielded, tracker = read_all(numbers, per_page, grow, max_keys=max_keys)

    assert tracker.drift or set(range(10_000, 10_000 + length)) <= set(yielded)


def test_drift_found_by_counting_stays() -> None:
    """Drift found behind items that were counted stays set on the pages after it."""
    numbers = list(range(50, 0, -1))
    tracker = PageTracker[int](Position())
    drift: list[bool] = []
    while not tracker.at_end:
        each = serve(numbers, tracker.next_page, 10)
        tracker.accept(each, each.items)
        drift.append(tracker.drift)
        if tracker.accepted == 1:
            numbers += range(0, -25, -1)

    # Page 2 is skipped as a whole; page 3 shows that it should not have been.
    assert [False, False, True, True, True, True, True, True] == drift


def test_drift_stays() -> None:
    """Drift that was detected once stays set."""
    tracker = accept(start_tracker(), page(1, "ab"), page(2, "c"), page(3, "ef"))

    assert tracker.at_end
    assert tracker.drift


@pytest.mark.parametrize(
    ("expected", "pages"),
    [
        # The last page alone does not show the length of full pages.
        (False, [page(3, "e", total=5)]),
        (False, [page(3, "ef", total=600)]),
        (False, [page(2, "cd"), page(3, "ef")]),
        (True, [page(2, "cd"), page(3, "e")]),
    ],
)
def test_drift_from_the_middle(expected: bool, pages: list[Page[str]]) -> None:
    """From the middle, a short last page is drift only after a full page."""
    tracker = start_tracker(Position(page=pages[0].page))

    assert expected is accept(tracker, *pages).drift


@given(
    length=st.integers(0, 12),
    per_page=st.integers(1, 4),
    growth=st.lists(st.integers(0, 5), max_size=8),
    ages=st.lists(st.integers(0, 8), max_size=30),
)
def test_growth_at_the_head(
    length: int, per_page: int, growth: list[int], ages: list[int]
) -> None:
    """If a list only grows at its head, pages of any age add up to all of it."""
    # The list as it was at each moment; later items have smaller numbers.
    oldest = 1000 + length
    history = [list(range(1000, oldest))]
    ages, growth = [*ages], [*growth]
    tracker = PageTracker[int](Position())
    accepted_at = 0
    seen: set[int] = set()

    while not tracker.at_end:
        added = growth.pop() if growth else 0
        head = oldest - len(history[-1])
        history.append([*range(head - added, head), *history[-1]])
        now = len(history) - 1
        read_at = max(0, now - (ages.pop() if ages else 0))
        each = serve(history[read_at], tracker.next_page, per_page)
        fresh = read_at >= accepted_at
        if tracker.is_stale(each, fresh=fresh):
            assert not fresh
            each = serve(history[now], tracker.next_page, per_page)
        tracker.accept(each, each.items)
        accepted_at = now
        seen.update(each.items)

    assert set(range(1000, oldest)) <= seen
    assert not tracker.drift


@given(
    length=st.integers(0, 40),
    per_page=st.integers(1, 4),
    growth=st.lists(st.integers(0, 30), max_size=20),
    max_keys=st.integers(1, 12),
)
def test_evicted_items_are_counted(
    length: int, per_page: int, growth: list[int], max_keys: int
) -> None:
    """With any number of keys, growth at the head neither repeats nor hides items."""
    left = [*growth]

    def grow(numbers: list[int], _: int) -> list[int]:
        added = left.pop() if left else 0
        return [*range(len(numbers) + added, len(numbers), -1), *numbers]

    numbers = [*range(length, 0, -1)]
    yielded, tracker = read_all(numbers, per_page, grow, max_keys=max_keys)

    assert list(range(length, 0, -1)) == yielded
    assert not tracker.drift
    assert len(tracker._recent) <= max(max_keys, per_page)


def test_growth_elsewhere_after_keys_were_evicted() -> None:
    """If the remembered items do not follow the counted ones, that is drift."""
    tracker = PageTracker[int](Position(), max_keys=2)
    numbers = list(range(8, 0, -1))
    for _ in range(3):
        each = serve(numbers, tracker.next_page, 2)
        tracker.accept(each, each.items)
    numbers += [0, -1, -2, -3]
    each = serve(numbers, tracker.next_page, 2)
    tracker.accept(each, each.items)
    each = serve(numbers, tracker.next_page, 2)
    tracker.accept(each, each.items)

    assert tracker.drift


def test_without_totals_every_key_is_kept() -> None:
    """Without a total, items cannot be counted, so every key is kept."""
    tracker = PageTracker[int](Position(), max_keys=2)
    for number in range(1, 6):
        each = Page(items=(2 * number, 2 * number + 1), page=number, has_next=True)
        tracker.accept(each, each.items)
    again = Page(items=(2, 99), page=6, has_next=True)

    assert [1] == list(tracker.accept(again, again.items))


def test_duplicates_within_a_page() -> None:
    """An item that occurs twice on a page is yielded once."""
    tracker = start_tracker()
    each = page(1, "aba", pages=1, total=3)

    assert [0, 1] == list(tracker.accept(each, each.items))
