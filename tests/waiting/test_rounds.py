"""What a round asks for, decided without asking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.models import IndexingJob
from gradient_async.paging import Page
from gradient_async.waiting.rounds import GetEach, PollRound, ReadPage


class Plot:
    """A list of which only some pages hold jobs that are waited for."""

    def __init__(self, truth: dict[str, int], pages: int, *, counted: bool) -> None:
        self.truth = truth
        self.pages = pages
        self.counted = counted
        self.read: list[int] = []
        self.got: list[str] = []

    def page(self, number: int) -> Page[IndexingJob]:
        """Give a page, with a job that nobody waits for on it."""
        here = [uuid for uuid, place in self.truth.items() if place == number]
        return Page(
            items=tuple(IndexingJob(uuid=uuid) for uuid in ["other", *here]),
            page=number,
            pages=self.pages if self.counted else None,
            has_next=number < self.pages,
        )

    @property
    def cost(self) -> int:
        """How many requests were made."""
        return len(self.read) + len(self.got)

    def run(self, places: dict[str, int], *, use_list: bool = True) -> None:
        """Do what a round says, to its end."""
        plan = PollRound(self.truth, places, use_list=use_list)
        while step := plan.next_step:
            if isinstance(step, ReadPage):
                self.read.append(step.number)
                plan.record_page(self.page(step.number))
            else:
                self.got += step.uuids
                plan.record_gets()


def plot(*places: int, pages: int = 25, counted: bool = True) -> Plot:
    """Make a list with a job on each of these pages; 0 is on none."""
    truth = {f"job-{index}": place for index, place in enumerate(places)}
    return Plot(truth, pages, counted=counted)


def test_nothing_to_find() -> None:
    """A round without jobs asks for nothing."""
    assert None is PollRound((), {}).next_step


def test_few_at_the_head_and_few_deep_down() -> None:
    """A page that shows some is read even where the others are got one by one."""
    world = plot(1, 1, 1, 24, 25)
    world.run(dict(world.truth))

    assert [1] == world.read
    assert ["job-3", "job-4"] == world.got


def test_a_job_alone() -> None:
    """Without the list, the first step gets what there is, and is the only one."""
    plan = PollRound(("a",), {}, use_list=False)

    assert GetEach(("a",)) == plan.next_step

    plan.record_gets()

    assert None is plan.next_step


def test_unknown_places() -> None:
    """Jobs of which nothing is known are looked for on the first page."""
    assert ReadPage(1) == PollRound(("a", "b"), {}).next_step


def test_all_on_the_first_page() -> None:
    """A hundred jobs on the first page cost one request, now and later."""
    world, places = plot(*[1] * 100), dict[str, int]()
    world.run(places)
    world.run(places)

    assert [1, 1] == world.read
    assert [] == world.got


def test_the_last_of_many() -> None:
    """The one job left of many is seen on the first page, and not got."""
    world = plot(1)
    world.run({"job-0": 1})

    assert [1] == world.read
    assert [] == world.got


def test_one_old_job() -> None:
    """One job on page 25 beside others on page 1 costs one get in each round."""
    world, places = plot(1, 1, 25), dict[str, int]()
    world.run(places)
    world.run(places)

    assert [1, 1] == world.read
    assert ["job-2", "job-2"] == world.got


def test_the_old_job_left_alone() -> None:
    """Once the others have ended, the old job is got without reading any page."""
    world, places = plot(1, 25), dict[str, int]()
    world.run(places)
    del world.truth["job-0"]
    world.read.clear()
    world.run(places)

    assert [] == world.read
    assert ["job-1", "job-1"] == world.got


def test_many_old_jobs() -> None:
    """Where many jobs are deep down, reading the pages is cheaper."""
    world = plot(*[5] * 30, pages=5)
    world.run({})

    assert [1, 2, 3, 4, 5] == world.read
    assert [] == world.got


def test_slipped_by_one_page() -> None:
    """A job that slipped over the edge of its page is found on the next one."""
    world, places = plot(*[1] * 50, 2), {f"job-{index}": 1 for index in range(51)}
    world.run(places)

    assert [1, 2] == world.read
    assert [] == world.got
    assert 2 == places["job-50"]


def test_gone_from_the_list() -> None:
    """A job that is in the list no more is got, without reading the list to its end."""
    world, places = plot(0, 1), {"job-0": 1, "job-1": 1}
    world.run(places)

    assert [1, 2] == world.read
    assert ["job-0"] == world.got
    assert {"job-0": 25, "job-1": 1} == places


def test_a_list_that_shrank() -> None:
    """A place behind the end of the list counts as its last page."""
    world = plot(1, 2, 2, pages=2)
    world.run({"job-0": 1, "job-1": 9, "job-2": 9})

    assert [1, 2] == world.read
    assert [] == world.got


def test_a_list_of_unknown_length() -> None:
    """Where the server does not say how many pages there are, links are followed."""
    world = plot(1, 1, 1, 0, pages=4, counted=False)
    world.run({})

    assert [1, 2, 3, 4] == world.read
    assert ["job-3"] == world.got


@pytest.mark.parametrize("jobs", [2, 3, 30])
def test_a_list_without_an_end(jobs: int) -> None:
    """Links are followed for one page more at most than there are jobs to find."""
    world = plot(*[1] * (jobs - 1), 0, pages=10**6, counted=False)
    world.run({})

    assert list(range(1, jobs + 2)) == world.read
    assert [f"job-{jobs - 1}"] == world.got


@pytest.mark.parametrize("jobs", [2, 3, 30])
@pytest.mark.parametrize("place", [None, 1, 10])
def test_a_list_that_grows_page_by_page(place: int | None, jobs: int) -> None:
    """Nor is a list read on whose end is always one page further, as it says."""
    uuids = [f"job-{index}" for index in range(jobs)]
    plan = PollRound(uuids, {} if place is None else dict.fromkeys(uuids, place))
    read = 0
    while isinstance(plan.next_step, ReadPage):
        read += 1
        plan.record_page(Page(items=(), page=read, pages=read + 1, has_next=True))

    assert read <= jobs + 1
    assert GetEach(tuple(uuids)) == plan.next_step
    plan.record_gets()
    assert None is plan.next_step


@given(
    jobs=st.integers(1, 8),
    counts=st.lists(st.none() | st.integers(1, 30), min_size=1, max_size=10),
    found=st.lists(st.booleans(), min_size=8, max_size=8),
    places=st.lists(st.none() | st.integers(1, 30), min_size=8, max_size=8),
)
def test_whatever_a_list_says(
    jobs: int,
    counts: list[int | None],
    found: list[bool],
    places: list[int | None],
) -> None:
    """However a list contradicts itself, a round has an end, and reads few pages."""
    uuids = [f"job-{index}" for index in range(jobs)]
    known = zip(uuids, places, strict=False)
    plan = PollRound(uuids, {uuid: place for uuid, place in known if place is not None})
    seen: list[str] = []
    read = 0
    while isinstance(step := plan.next_step, ReadPage):
        read += 1
        assert read == step.number
        here = [uuids[read - 1]] if read <= jobs and found[read - 1] else []
        seen += here
        plan.record_page(
            Page(
                items=tuple(IndexingJob(uuid=uuid) for uuid in here),
                page=read,
                pages=counts[read % len(counts)],
                has_next=True,
            )
        )

    assert read <= jobs + 1
    assert [uuid for uuid in uuids if uuid not in seen] == (
        list(step.uuids) if step else []
    )


def test_a_deep_place_in_a_list_of_unknown_length() -> None:
    """A place that is known counts there too."""
    world = plot(1, 4, pages=4, counted=False)
    world.run({"job-0": 1, "job-1": 4})

    assert [1] == world.read
    assert ["job-1"] == world.got


def test_an_empty_page_is_the_end() -> None:
    """A server that links on from an empty page is not followed for ever."""
    plan = PollRound(("a", "b"), {})
    plan.record_page(Page(items=(), page=1, has_next=True))

    assert GetEach(("a", "b")) == plan.next_step


@given(
    truth=st.lists(st.integers(0, 12), max_size=30),
    guesses=st.lists(st.none() | st.integers(0, 15), min_size=30, max_size=30),
    pages=st.integers(1, 12),
    counted=st.booleans(),
    use_list=st.booleans(),
)
def test_finds_every_job(
    *,
    truth: list[int],
    guesses: list[int | None],
    pages: int,
    counted: bool,
    use_list: bool,
) -> None:
    """
    Wherever jobs are and are supposed to be, each is seen, none and no page twice.

    Pages are read from the head, without gaps, and none behind the end.
    """
    world = plot(*truth, pages=pages, counted=counted)
    known = zip(world.truth, guesses, strict=False)
    places = {uuid: guess for uuid, guess in known if guess is not None}
    world.run(places, use_list=use_list)
    shown = {uuid for uuid, place in world.truth.items() if place in world.read}

    assert list(range(1, len(world.read) + 1)) == world.read
    assert len(world.read) <= pages
    assert sorted(world.truth.keys() - shown) == sorted(world.got)
    assert world.truth.keys() <= places.keys()


@given(truth=st.lists(st.integers(1, 40), max_size=60))
def test_never_dearer_than_need_be(truth: list[int]) -> None:
    """With true places, no other number of pages would make a round cheaper."""
    world = plot(*truth, pages=40)
    world.run(dict(world.truth))
    costs = [
        read + sum(place > read for place in truth)
        for read in range(max(truth, default=0) + 1)
    ]

    assert min(costs) == world.cost


@given(truth=st.lists(st.integers(1, 12), max_size=60))
def test_the_first_round_is_hardly_dearer(truth: list[int]) -> None:
    """Without places, it costs one page more at most than getting each."""
    world = plot(*truth, pages=12)
    world.run({})

    assert world.cost <= min(len(truth) + 1, 12)


@given(truth=st.lists(st.integers(1, 12), min_size=1, max_size=60))
def test_later_rounds_are_no_dearer(truth: list[int]) -> None:
    """What a round learns makes the next one of a list at rest no dearer."""
    world, places = plot(*truth, pages=12), dict[str, int]()
    world.run(places)
    first = world.cost
    world.run(places)

    assert world.cost - first <= first
