"""Jobs and knowledge bases that tests add."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async import (
    Client,
    IndexingJob,
    IndexingJobRunningError,
    IndexingJobStatus,
)
from gradient_async.emulator import Emulator

SOURCES = {
    # The statuses of two data sources, and that of a single one.
    "pending": ([], []),
    "in_progress": (["IN_PROGRESS"], ["IN_PROGRESS"]),
    "completed": (["UPDATED"] * 2, ["UPDATED"]),
    "no_changes": (["NOT_UPDATED"] * 2, ["NOT_UPDATED"]),
    "partial": (["UPDATED", "FAILED"], ["PARTIALLY_UPDATED"]),
    "failed": (["FAILED"] * 2, ["FAILED"]),
    "cancelled": (["CANCELLED"] * 2, ["CANCELLED"]),
}
ERRORS = {"partial", "failed"}


def describe(job: IndexingJob) -> list[str]:
    """Return the statuses of a job's data sources, without their prefix."""
    return [
        str(it.status).removeprefix("DATA_SOURCE_STATUS_")
        for it in job.data_source_jobs
    ]


@pytest.mark.parametrize("status", SOURCES)
async def test_a_job_has_the_given_status(
    status: str, api: Emulator, client: Client
) -> None:
    """Job and data sources agree, and stay as they are for any length of time."""
    for count, expected in zip((2, 1), SOURCES[status], strict=True):
        base = api.add_knowledge_base("handbook", sources=count)
        uuid = api.add_job(base, status=status)
        api.advance(1e6)
        job = await client.indexing_jobs.get(uuid)

        assert status == IndexingJobStatus(job.status).short_name
        assert base.uuid == job.knowledge_base_uuid
        assert list(base.source_uuids) == list(job.data_source_uuids)
        assert expected == describe(job)
        assert (status in ERRORS) == any(it.error_msg for it in job.data_source_jobs)
        assert (status not in {"pending", "in_progress"}) == job.is_finished


@pytest.mark.parametrize("status", sorted(ERRORS))
async def test_a_job_has_the_given_error(
    status: str, api: Emulator, client: Client
) -> None:
    """The last data source shows the given code and text, either of them alone too."""
    base = api.add_knowledge_base("handbook", sources=3)
    for code, text in [("timeout", "Too slow"), ("timeout", ""), ("", "Too slow")]:
        uuid = api.add_job(base, status=status, error_msg=code, error_details=text)
        job = await client.indexing_jobs.get(uuid)

        assert code == (job.data_source_jobs[-1].error_msg or "")
        assert text == (job.data_source_jobs[-1].error_details or "")


async def test_an_added_job_can_be_cancelled(api: Emulator, client: Client) -> None:
    """A job in progress keeps its knowledge base busy until it is cancelled."""
    base = api.add_knowledge_base("handbook")
    uuid = api.add_job(base, status="in_progress")
    with pytest.raises(IndexingJobRunningError):
        await client.indexing_jobs.create(base.uuid)
    await client.indexing_jobs.cancel(uuid)

    assert (await client.indexing_jobs.create(base.uuid)).is_running


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-01T03:00Z",
        "2026-11-01T04:00:00+01:00",
        datetime(2026, 11, 1, 3, tzinfo=UTC),
    ],
)
async def test_a_job_has_the_given_date(
    time: datetime | str, api: Emulator, client: Client
) -> None:
    """A date is a time or a text, in any time zone."""
    base = api.add_knowledge_base("handbook")
    job = await client.indexing_jobs.get(api.add_job(base, created_at=time))

    assert datetime(2026, 11, 1, 3, tzinfo=UTC) == job.created_at


@pytest.mark.parametrize(
    "time", ["9998-12-31T23:59:59-12:00", "0002-01-01T00:00+14:00"]
)
async def test_the_earliest_and_the_latest_dates(
    time: str, api: Emulator, client: Client
) -> None:
    """At the edges of the dates that are allowed, jobs can be listed, and be added."""
    base = api.add_knowledge_base("handbook")
    uuid = api.add_job(base, created_at=time)
    added = {uuid, api.add_job(base), *api.add_jobs(1)}
    jobs = await client.iter_indexing_jobs().collect()

    assert datetime.fromisoformat(time) == {it.uuid: it for it in jobs}[uuid].created_at
    assert added < {it.uuid for it in jobs}


def test_by_default_a_job_is_the_newest() -> None:
    """Without a date, each job is dated after those before, whatever the clock."""
    api = Emulator(jobs=3)
    base = api.add_knowledge_base("handbook")
    added = [api.add_job(base), *api.add_jobs(1), api.add_job(base)]
    api.advance(100)
    added.append(api.add_job(base))

    assert added[::-1] == list(api.job_uuids()[:4])
    dates = [str(job["created_at"]) for job in api.jobs()]
    assert sorted(dates, reverse=True) == dates
    assert "2026-11-01T12:01:40Z" == dates[0]


@given(st.lists(st.integers(-500, 500), max_size=6))
def test_the_list_is_sorted_by_date(hours: list[int]) -> None:
    """Wherever jobs are added, the list is the newest first and complete."""
    api = Emulator(jobs=20)
    start = datetime(2026, 11, 1, 12, tzinfo=UTC)
    base = str(api.knowledge_bases()[0]["uuid"])
    before = set(api.job_uuids())
    added = {
        api.add_job(base, created_at=start + timedelta(hours=hour)) for hour in hours
    }
    jobs = api.jobs()
    dates = [datetime.fromisoformat(str(job["created_at"])[:19]) for job in jobs]

    assert before | added == {job["uuid"] for job in jobs}
    assert len(hours) == len(added)
    assert sorted(dates, reverse=True) == dates


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"status": "running"}, "one of pending, in_progress, .*, not 'running'"),
        ({"status": "completed", "error_msg": "timeout"}, "completed job has no error"),
        ({"status": "cancelled", "error_details": "x"}, "cancelled job has no error"),
        ({"created_at": "yesterday"}, "yesterday"),
        ({"created_at": "2026-11-01T03:00"}, "needs a time zone"),
        ({"created_at": "9999-12-31T23:59:59Z"}, "not in the years 2 to 9998"),
        ({"created_at": "0001-01-01T00:00+14:00"}, "not in the years 2 to 9998"),
        ({"created_at": datetime(2026, 11, 1, 3)}, "needs a time zone"),  # noqa: DTZ001
    ],
)
def test_invalid_jobs(options: dict[str, str], message: str) -> None:
    """An argument that cannot be meant is an error, and adds no job."""
    api = Emulator(jobs=0)
    base = api.add_knowledge_base("handbook")
    with pytest.raises(ValueError, match=message):
        api.add_job(base, **options)

    assert () == api.job_uuids()


def test_jobs_need_a_knowledge_base_with_data_sources() -> None:
    """A job in nothing, or of nothing, cannot be added."""
    api = Emulator(jobs=0)
    with pytest.raises(KeyError, match="other"):
        api.add_job("other")
    with pytest.raises(ValueError, match="no data sources"):
        api.add_job(api.add_knowledge_base("empty", sources=0))

    assert () == api.job_uuids()


async def test_a_knowledge_base_is_ready_and_idle() -> None:
    """It is the newest of its account, with its data sources, and can be indexed."""
    async with Emulator(accounts=2) as api:
        token = api.tokens[1]
        base = api.add_knowledge_base("handbook", sources=3, token=token)
        async with Client(token, base_url=api.url) as client:
            found = await client.knowledge_bases.find("handbook")
            shown = await client.knowledge_bases.get(found.uuid)
            sources = await client.data_sources.list(base.uuid)
            job = await client.indexing_jobs.create(base.uuid)

        assert base.uuid == shown.uuid == str(api.knowledge_bases(token)[0]["uuid"])
        assert "handbook" == base.name
        assert "ONLINE" == shown.database_status
        assert list(base.source_uuids) == [it.uuid for it in sources.items][::-1]
        assert list(base.source_uuids) == list(job.data_source_uuids)
        assert base.uuid not in {it["uuid"] for it in api.knowledge_bases()}


@pytest.mark.parametrize(("name", "sources"), [("", 1), ("  ", 1), ("a", -1)])
def test_invalid_knowledge_bases(name: str, sources: int) -> None:
    """A blank name or a negative number of data sources is an error."""
    with pytest.raises(ValueError, match="a name, and 0 or more data sources"):
        Emulator(jobs=0).add_knowledge_base(name, sources=sources)


@pytest.mark.parametrize("unfinished", range(6))
def test_as_many_seeded_jobs_are_unfinished_as_wanted(unfinished: int) -> None:
    """The newest jobs are unfinished, and no other; the number of jobs is the same."""
    jobs = Emulator(jobs=40, unfinished=unfinished).jobs()
    are_running = [str(job["phase"]).endswith(("PENDING", "RUNNING")) for job in jobs]

    assert [True] * unfinished + [False] * (40 - unfinished) == are_running


async def test_a_new_job_is_the_newest_by_date() -> None:
    """A job that a client starts at once is dated after those that have ended."""
    async with (
        Emulator(jobs=5, unfinished=0) as api,
        Client(api.token, base_url=api.url) as client,
    ):
        base = str(api.jobs()[0]["knowledge_base_uuid"])
        await client.indexing_jobs.create(base)
        dates = [datetime.fromisoformat(str(job["created_at"])) for job in api.jobs()]

    assert sorted(dates, reverse=True) == dates


@pytest.mark.parametrize("unfinished", range(6))
def test_unfinished_jobs_keep_their_knowledge_bases_busy(unfinished: int) -> None:
    """All seeded jobs that have not ended count, also behind one that was inserted."""
    api = Emulator(jobs=40, unfinished=unfinished)
    expected = set(api.job_uuids()[:unfinished])
    bases = [str(it["uuid"]) for it in api.knowledge_bases()]
    old = {"status": "pending", "created_at": "2026-10-01T00:00Z"}
    expected |= {api.add_job(base, **old) for base in bases}
    jobs, now = api._account(None).jobs, api._platform.clock.now

    assert expected == {job.uuid for it in bases for job in jobs.unfinished(it, now)}


async def test_an_added_job_is_newer_than_one_ahead_of_the_clock() -> None:
    """A job that a client starts now does not set the dates of later ones back."""
    async with (
        Emulator(jobs=0) as api,
        Client(api.token, base_url=api.url) as client,
    ):
        (ahead,) = api.add_jobs(1)
        busy = (await client.indexing_jobs.get(ahead)).knowledge_base_uuid
        base = next(it for it in api.knowledge_bases() if it["uuid"] != busy)
        await client.indexing_jobs.create(str(base["uuid"]))
        (last,) = api.add_jobs(1)
        dates = {str(it["uuid"]): str(it["created_at"]) for it in api.jobs()}

    assert dates[last] > dates[ahead]


@pytest.mark.parametrize("unfinished", [-1, 6])
def test_invalid_number_of_unfinished_jobs(unfinished: int) -> None:
    """There are 0 to 5 of them."""
    with pytest.raises(ValueError, match="unfinished must be 0 to 5"):
        Emulator(unfinished=unfinished)
