"""The requests of a poll round, decided without sending any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.models import IndexingJob
from gradient_async.paging import Page
from gradient_async.waiting.rounds import GetEach, PollRound, ReadPage


class FakeList:
    """A list of which only some pages hold pending jobs."""

    def __init__(
        self, pages_by_job: dict[str, int], pages: int, *, counted: bool
    ) -> None:
        self.pages_by_job = pages_by_job
        self.pages = pages
        self.counted = counted
        self.read: list[int] = []
        self.fetched: list[str] = []

    def page(self, number: int) -> Page[IndexingJob]:
        """Return a page, with a job on it that is not pending."""
        here = [uuid for uuid, page in self.pages_by_job.items() if page == number]
        return Page(
            items=tuple(IndexingJob(uuid=uuid) for uuid in ["other", *here]),
            page=number,
            pages=self.pages if self.counted else None,
            has_next=number < self.pages,
        )

    @property
    def cost(self) -> int:
        """Number of requests sent."""
        return len(self.read) + len(self.fetched)

    def run(self, page_hints: dict[str, int], *, use_list: bool = True) -> None:
        """Take all steps of a round."""
        plan = PollRound(self.pages_by_job, page_hints, use_list=use_list)
        while step := plan.next_step:
            if isinstance(step, ReadPage):
                self.read.append(step.number)
                plan.record_page(self.page(step.number))
            else:
                self.fetched += step.uuids
                plan.record_gets(step)


def fake_list(*job_pages: int, pages: int = 25, counted: bool = True) -> FakeList:
    """Create a list with a job on each of these pages; 0 means on none."""
    pages_by_job = {f"job-{index}": page for index, page in enumerate(job_pages)}
    return FakeList(pages_by_job, pages, counted=counted)


def test_no_jobs() -> None:
    """A round without jobs needs no request."""
    assert None is PollRound((), {}).next_step


def test_without_the_list() -> None:
    """Without the list, the only step fetches every job by id."""
    plan = PollRound(("a",), {}, use_list=False)

    assert GetEach(("a",)) == plan.next_step

    plan.record_gets(GetEach(("a",)))

    assert None is plan.next_step


def test_list_that_fails() -> None:
    """If a page fails, one job is fetched by id, then the others; hints stay."""
    hints = {"a": 2, "b": 3}
    plan = PollRound(("a", "b", "c"), hints)
    plan.record_list_failure()

    assert GetEach(("a",)) == plan.next_step

    plan.record_gets(GetEach(("a",)))

    assert GetEach(("b", "c")) == plan.next_step

    plan.record_gets(GetEach(("b", "c")))

    assert None is plan.next_step
    assert {"a": 2, "b": 3} == hints


def test_no_page_hints() -> None:
    """Jobs without a hint are expected on page 1."""
    assert ReadPage(1) == PollRound(("a", "b"), {}).next_step


def test_one_old_job() -> None:
    """A job on page 25 beside others on page 1 costs one `get` per round."""
    fake, hints = fake_list(1, 1, 25), dict[str, int]()
    fake.run(hints)
    fake.run(hints)

    assert [1, 1] == fake.read
    assert ["job-2", "job-2"] == fake.fetched


def test_job_pushed_to_the_next_page() -> None:
    """A job pushed to the next page is found there."""
    fake, hints = fake_list(*[1] * 50, 2), {f"job-{index}": 1 for index in range(51)}
    fake.run(hints)

    assert [1, 2] == fake.read
    assert [] == fake.fetched
    assert 2 == hints["job-50"]


def test_job_missing_from_the_list() -> None:
    """A job missing from the list is fetched without reading to the end."""
    fake, hints = fake_list(0, 1), {"job-0": 1, "job-1": 1}
    fake.run(hints)

    assert [1, 2] == fake.read
    assert ["job-0"] == fake.fetched
    assert {"job-0": 25, "job-1": 1} == hints


@pytest.mark.parametrize(
    ("expected", "hint", "pages", "counted"),
    [
        # On the page of its hint it is no more, so the list has pushed it on.
        (2, 1, 1, True),
        (2, 1, 1, False),
        (4, 3, 3, True),
        # It was not where it was expected: it may be on any page up to the last.
        (3, 1, 3, True),
        (3, 9, 3, True),
        # Without a page count, the next page is as likely as any.
        (4, 1, 9, False),
        (4, None, 9, False),
        (2, None, 1, False),
        (3, None, 3, True),
    ],
)
def test_hint_for_a_job_that_was_not_listed(
    expected: int, hint: int | None, pages: int, counted: bool
) -> None:
    """A job that the pages read did not have is expected behind them next time."""
    # A second job, listed nowhere either, makes reading further pages worthwhile.
    fake = fake_list(0, 0, pages=pages, counted=counted)
    hints = {} if hint is None else {"job-0": hint}
    fake.run(hints)

    assert expected == hints["job-0"]


def test_list_of_unknown_length() -> None:
    """Without a page count, the next links are followed."""
    fake = fake_list(1, 1, 1, 0, pages=4, counted=False)
    fake.run({})

    assert [1, 2, 3, 4] == fake.read
    assert ["job-3"] == fake.fetched


@pytest.mark.parametrize("jobs", [2, 3, 30])
def test_endless_list(jobs: int) -> None:
    """Links are followed for at most one page more than there are jobs."""
    fake, hints = (
        fake_list(*[1] * (jobs - 1), 0, pages=10**6, counted=False),
        dict[str, int](),
    )
    fake.run(hints)

    assert jobs + 2 == hints[f"job-{jobs - 1}"]
    assert list(range(1, jobs + 2)) == fake.read
    assert [f"job-{jobs - 1}"] == fake.fetched


@given(
    jobs=st.integers(1, 8),
    counts=st.lists(st.none() | st.integers(1, 30), min_size=1, max_size=10),
    found=st.lists(st.booleans(), min_size=8, max_size=8),
    hints=st.lists(st.none() | st.integers(1, 30), min_size=8, max_size=8),
)
def test_contradictory_list(
    jobs: int,
    counts: list[int | None],
    found: list[bool],
    hints: list[int | None],
) -> None:
    """However the list contradicts itself, a round ends after a few pages."""
    uuids = [f"job-{index}" for index in range(jobs)]
    known = zip(uuids, hints, strict=False)
    plan = PollRound(uuids, {uuid: hint for uuid, hint in known if hint is not None})
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


def test_hint_in_a_list_of_unknown_length() -> None:
    """A hint counts there too."""
    fake = fake_list(1, 4, pages=4, counted=False)
    fake.run({"job-0": 1, "job-1": 4})

    assert [1] == fake.read
    assert ["job-1"] == fake.fetched


def test_empty_page_ends_the_list() -> None:
    """An empty page that links to another one ends the list."""
    plan = PollRound(("a", "b"), {})
    plan.record_page(Page(items=(), page=1, has_next=True))

    assert GetEach(("a", "b")) == plan.next_step


@given(
    job_pages=st.lists(st.integers(0, 12), max_size=30),
    guesses=st.lists(st.none() | st.integers(0, 15), min_size=30, max_size=30),
    pages=st.integers(1, 12),
    counted=st.booleans(),
    use_list=st.booleans(),
)
def test_finds_every_job(
    *,
    job_pages: list[int],
    guesses: list[int | None],
    pages: int,
    counted: bool,
    use_list: bool,
) -> None:
    """
    Whatever the hints, each job is found once, and no page is read twice.

    Pages are read from the head, without gaps, and not past the end.
    """
    fake = fake_list(*job_pages, pages=pages, counted=counted)
    known = zip(fake.pages_by_job, guesses, strict=False)
    hints = {uuid: guess for uuid, guess in known if guess is not None}
    fake.run(hints, use_list=use_list)
    shown = {uuid for uuid, page in fake.pages_by_job.items() if page in fake.read}

    assert list(range(1, len(fake.read) + 1)) == fake.read
    assert len(fake.read) <= pages
    assert sorted(fake.pages_by_job.keys() - shown) == sorted(fake.fetched)
    assert fake.pages_by_job.keys() <= hints.keys()


@given(job_pages=st.lists(st.integers(1, 40), max_size=60))
def test_optimal_cost(job_pages: list[int]) -> None:
    """With true hints, no other number of pages would cost fewer requests."""
    fake = fake_list(*job_pages, pages=40)
    fake.run(dict(fake.pages_by_job))
    costs = [
        read + sum(page > read for page in job_pages)
        for read in range(max(job_pages, default=0) + 1)
    ]

    assert min(costs) == fake.cost


@given(job_pages=st.lists(st.integers(1, 12), max_size=60))
def test_cost_without_hints(job_pages: list[int]) -> None:
    """Without hints, a round costs at most one page more than all gets."""
    fake = fake_list(*job_pages, pages=12)
    fake.run({})

    assert fake.cost <= min(len(job_pages) + 1, 12)


@given(job_pages=st.lists(st.integers(1, 12), min_size=1, max_size=60))
def test_cost_of_later_rounds(job_pages: list[int]) -> None:
    """On an unchanged list, the next round costs no more."""
    fake, hints = fake_list(*job_pages, pages=12), dict[str, int]()
    fake.run(hints)
    first = fake.cost
    fake.run(hints)

    assert fake.cost - first <= first
