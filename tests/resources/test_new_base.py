"""Start on a new knowledge base, whose database takes minutes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gradient_async import (
    Client,
    ConflictError,
    ConnectionLostError,
    DatabaseFailedError,
    DatabaseStatus,
    DatabaseTimeoutError,
    DecodeError,
    GradientError,
    IndexingJobRunningError,
    IndexingJobTimeoutError,
    KnowledgeBase,
    NotFoundError,
    SpacesDataSource,
    StatusError,
)
from gradient_async.emulator import Emulator, Fault
from gradient_async.testing import Response, json_response
from tests.resources.canned_calls import create_client
from tests.resources.job_account import (
    HANG,
    JobAccount,
    Outcome,
    base,
    error_response,
    job,
    jobs,
)

STATUSES = [400, 404, 409, 412, 422, 500, 503]
"""With which the platform may refuse a start; which it is, is not documented."""

BORN = "2026-03-01T12:00:00Z"


def first_job(phase: str = "PENDING", created_at: str = BORN) -> Response:
    """Return a response with the only job of the knowledge base."""
    fields = {"uuid": "job-1", "phase": f"BATCH_JOB_PHASE_{phase}"}
    return json_response({"jobs": [fields | {"created_at": created_at}]})


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Run an API where a new database takes five minutes."""
    async with Emulator(jobs=0, database_seconds=300, auto_index=False) as emulator:
        yield emulator


async def create_base(client: Client, **options: Any) -> KnowledgeBase:
    """Create a knowledge base with one data source."""
    model = (await client.models.list(usecases="knowledgebase")).items[0]
    return await client.knowledge_bases.create(
        "handbook",
        region="tor1",
        embedding_model_uuid=model.uuid,
        data_sources=[SpacesDataSource(bucket_name="b", region="tor1")],
        **options,
    )


async def test_wait_until_online(api: Emulator, client: Client) -> None:
    """Waiting ends within a poll's interval of the database, with a few requests."""
    new = await create_base(client)
    api.requests.clear()
    ready = await client.knowledge_bases.wait_until_online(new.uuid)

    assert ("", DatabaseStatus.ONLINE) == (new.database_id, ready.database_status)
    assert ready.database_id
    assert 10 < len(api.requests) < 25
    assert 300 <= api.requests[-1].at - api.requests[0].at < 340


async def test_start_when_ready(api: Emulator, client: Client) -> None:
    """A job is started once the database is ready, and returned before it ends."""
    new = await create_base(client)
    with pytest.raises(DatabaseTimeoutError):
        await client.indexing_jobs.start_when_ready(new.uuid, timeout=200)
    job = await client.indexing_jobs.start_when_ready(new.uuid, timeout=200)
    states = [it.phase.short_name async for it in client.indexing_jobs.watch(job.uuid)]

    assert (job.uuid,) == api.job_uuids()
    assert "pending" == job.phase.short_name
    assert "succeeded" == states[-1]


async def test_run_on_a_new_base(
    api: Emulator, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """`run` right after `create` waits for the database, and says so in the log."""
    caplog.set_level(logging.INFO, "gradient_async")
    new = await create_base(client)
    done = await client.indexing_jobs.run(new.uuid)

    assert done.succeeded
    assert (
        f"the database of knowledge base {new.uuid} is creating: "
        f"waiting for it to start a job"
    ) in caplog.messages
    assert 1 == len(api.jobs())


@pytest.mark.parametrize("database_id", [None, "existing"])
async def test_job_that_the_platform_starts(database_id: str | None) -> None:
    """`run` waits for the job that creating the knowledge base has started."""
    async with (
        Emulator(jobs=0, database_seconds=300) as api,
        Client(api.token, base_url=api.url) as client,
    ):
        new = await create_base(client, database_id=database_id)
        done = await client.indexing_jobs.run(new.uuid)

        assert [done.uuid] == [job["uuid"] for job in api.jobs()]
        assert done.succeeded
        assert [] == [
            it
            for it in api.requests
            if it.path.endswith("indexing_jobs") and it.method == "POST"
        ]


@pytest.mark.parametrize("status", STATUSES)
async def test_any_refusal_while_the_database_is_created(status: int) -> None:
    """Whatever the status of the refusal, `run` waits for the database."""
    account = JobAccount(
        list=jobs(),
        start=[error_response(status), job()],
        base=[*[base("CREATING")] * 5, base()],
        get=job("SUCCEEDED"),
    )
    done = await account.run()

    assert done.succeeded
    assert 2 == account.kinds.count("start")
    assert 6 == account.kinds.count("base")


@pytest.mark.parametrize("status", STATUSES)
async def test_credentials_that_come_late(status: int) -> None:
    """A database that is ready may lack its credentials for a moment."""
    refused = error_response(status)
    account = JobAccount(
        list=jobs(),
        start=[*[refused] * 4, job("SUCCEEDED")],
        base=[base("CREATING"), base()],
    )
    done = await account.run()

    assert done.succeeded
    assert account.requests[-1][1] < 20


@pytest.mark.parametrize("status", STATUSES)
async def test_lasting_refusal(status: int) -> None:
    """If starts are refused although the database is ready, the refusal is raised."""
    account = JobAccount(
        list=jobs(),
        start=error_response(status),
        base=[base("CREATING"), base()],
    )
    with pytest.raises(StatusError) as caught:
        await account.run()

    assert status == caught.value.status
    assert 60 < account.requests[-1][1] < 75


@pytest.mark.parametrize("status", [401, 403])
async def test_refusal_of_the_token(status: int) -> None:
    """A start that the token does not permit is not tried again after a wait."""
    account = JobAccount(
        list=jobs(), start=error_response(status), base=[base("CREATING"), base()]
    )
    with pytest.raises(StatusError) as caught:
        await account.run()

    assert status == caught.value.status
    assert 1 == account.kinds.count("start")


@pytest.mark.parametrize("seconds", [0.5, 10, 60])
async def test_database_that_takes_too_long(seconds: float) -> None:
    """The wait for the database is part of the timeout of `run`."""
    account = JobAccount(
        list=jobs(), start=error_response(400), base=base("CREATING", name="handbook")
    )
    with pytest.raises(DatabaseTimeoutError, match="kb-1 was not ready") as caught:
        await account.run(timeout=seconds)

    assert "handbook" == caught.value.knowledge_base.name
    assert account.requests[-1][1] <= max(1.0, seconds)


async def test_refusals_until_the_timeout() -> None:
    """The timeout holds also while credentials are late."""
    account = JobAccount(
        list=jobs(), start=error_response(400), base=[base("CREATING"), base()]
    )
    with pytest.raises(StatusError):
        await account.run(timeout=12)

    assert 12 >= account.requests[-1][1]


async def test_time_that_is_left_for_the_job() -> None:
    """What the database took is missing for the job."""
    account = JobAccount(
        list=jobs(),
        start=[error_response(400), job()],
        base=[*[base("CREATING")] * 8, base()],
        get=job("RUNNING"),
    )
    with pytest.raises(IndexingJobTimeoutError):
        await account.run(timeout=100)

    assert 95 < account.requests[-1][1] <= 100


@pytest.mark.parametrize("status", ["DECOMMISSIONED", "UNHEALTHY"])
async def test_database_that_failed(status: str) -> None:
    """Waiting for a database that will not become ready ends at once."""
    account = JobAccount(
        list=jobs(),
        start=error_response(400),
        base=[base("CREATING"), base("CREATING"), base(status)],
    )
    async with create_client(account.transport) as client:
        with pytest.raises(DatabaseFailedError, match=status.lower()) as caught:
            await client.indexing_jobs.run("kb-1")
        with pytest.raises(DatabaseFailedError):
            await client.knowledge_bases.wait_until_online("kb-1")

    failed = caught.value.knowledge_base
    assert ("kb-1", DatabaseStatus(status)) == (failed.uuid, failed.database_status)


@pytest.mark.parametrize(
    "status",
    [
        it
        for it in DatabaseStatus
        if it.value not in {"ONLINE", "UNHEALTHY", "DECOMMISSIONED"}
    ],
)
async def test_states_to_wait_in(status: DatabaseStatus) -> None:
    """In every other state, also an unknown one, waiting goes on."""
    outcomes: list[Outcome] = [base(status.value), base("A_NEW_STATE"), base()]
    account = JobAccount(base=outcomes)
    ready = await account.wait_until_online()

    assert DatabaseStatus.ONLINE is ready.database_status
    assert 3 == len(account.requests)


async def test_base_that_is_lost() -> None:
    """A knowledge base that is deleted meanwhile is an error."""
    account = JobAccount(base=[base("CREATING"), error_response(404)])
    with pytest.raises(NotFoundError):
        await account.wait_until_online()

    assert 2 == len(account.requests)


@pytest.mark.parametrize(
    "failure",
    [error_response(503), ConnectionLostError("lost"), Response(status=200, body=b"<")],
)
async def test_failing_polls(failure: Outcome) -> None:
    """After the first poll, transient failures are tolerated."""
    outcomes = [base("CREATING"), *[failure] * 9, base()]
    account = JobAccount(base=outcomes)
    ready = await account.wait_until_online()

    assert DatabaseStatus.ONLINE is ready.database_status


async def test_failing_first_poll() -> None:
    """A failure of the first poll is raised."""
    account = JobAccount(base=Response(status=200, body=b"<html>"))
    with pytest.raises(DecodeError):
        await account.wait_until_online()

    assert 1 == len(account.requests)


@pytest.mark.parametrize(
    ("cause", "outcomes"),
    [
        (None, [HANG]),
        (None, [base("CREATING")]),
        (StatusError, [base("CREATING"), error_response(503)]),
        (DecodeError, [base("CREATING"), Response(status=200, body=b"<html>")]),
    ],
)
async def test_timeout(
    cause: type[GradientError] | None, outcomes: list[Outcome]
) -> None:
    """At the deadline the wait ends, with the latest failure as its cause."""
    account = JobAccount(base=outcomes)
    with pytest.raises(DatabaseTimeoutError, match="within 40 s") as caught:
        await account.wait_until_online(timeout=40)

    assert (cause is None) is (caught.value.__cause__ is None)
    assert cause is None or isinstance(caught.value.__cause__, cause)
    assert "kb-1" == caught.value.knowledge_base.uuid
    assert 39 < caught.value.elapsed <= 41


async def test_last_failure() -> None:
    """Responses that cannot be decoded for five minutes are raised."""
    html = Response(status=200, body=b"<html>")
    account = JobAccount(base=[base("CREATING"), html])
    with pytest.raises(DecodeError):
        await account.wait_until_online()


async def test_own_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `TimeoutError` that is not the deadline's is raised unchanged."""
    async with create_client(JobAccount().transport) as client:
        bases = client.knowledge_bases
        monkeypatch.setattr(type(bases), "get", _fail_with_timeout)
        with pytest.raises(TimeoutError, match="of somebody else"):
            await bases.wait_until_online("kb-1")


async def _fail_with_timeout(*_: object) -> KnowledgeBase:
    msg = "of somebody else"
    raise TimeoutError(msg)


@pytest.mark.parametrize("status", [400, 404, 409, 422, 499])
@pytest.mark.parametrize("act", ["run", "create"])
async def test_refusal_because_of_a_running_job(act: str, status: int) -> None:
    """Whatever 4xx refuses a start, a job that runs is named as the reason."""
    running = jobs("RUNNING", "SUCCEEDED")
    lists: list[Outcome] = [jobs(), running] if act == "run" else [running]
    account = JobAccount(list=lists, start=error_response(status))
    async with create_client(account.transport) as client:
        with pytest.raises(GradientError) as caught:
            await getattr(client.indexing_jobs, act)("kb-1")

    assert isinstance(caught.value, IndexingJobRunningError)
    assert "other-0" == caught.value.job.uuid


async def test_refusal_without_a_reason() -> None:
    """If no job runs, `create` raises the refusal."""
    account = JobAccount(list=jobs("SUCCEEDED"), start=error_response(409))
    async with create_client(account.transport) as client:
        with pytest.raises(ConflictError) as caught:
            await client.indexing_jobs.create("kb-1")

    assert None is caught.value.__cause__
    assert ["start", "list"] == account.kinds


@pytest.mark.parametrize(
    ("is_joined", "listed", "born", "sources"),
    [
        (True, first_job(), BORN, ()),
        (True, first_job(created_at="2026-03-01T12:30:00Z"), BORN, ()),
        # Later, somebody else must have started it.
        (False, first_job(created_at="2026-03-01T12:30:01Z"), BORN, ()),
        # It may not index what is asked for.
        (False, first_job(), BORN, ("source-1",)),
        # It is not the first one, or its age is not known.
        (False, jobs("RUNNING", "SUCCEEDED"), BORN, ()),
        (False, jobs("RUNNING"), BORN, ()),
        (False, first_job(), None, ()),
    ],
)
async def test_which_jobs_are_joined(
    is_joined: bool, listed: Response, born: str | None, sources: tuple[str, ...]
) -> None:
    """Only the first job of a new knowledge base is joined, others are refused."""
    account = JobAccount(list=listed, base=base(created_at=born), get=job("SUCCEEDED"))
    async with create_client(account.transport) as client:
        try:
            done = await client.indexing_jobs.run("kb-1", data_source_uuids=sources)
        except IndexingJobRunningError:
            assert not is_joined
        else:
            assert is_joined
            assert done.succeeded
    assert "start" not in account.kinds


async def test_age_that_cannot_be_looked_up() -> None:
    """If the knowledge base cannot be fetched, the running job is refused."""
    account = JobAccount(list=first_job(), base=error_response(500))
    with pytest.raises(IndexingJobRunningError):
        await account.run()


async def test_note_on_a_job_that_was_joined() -> None:
    """Errors after joining a job say that it was running already."""
    account = JobAccount(
        list=first_job(), base=base(created_at=BORN), get=job("FAILED")
    )
    with pytest.raises(GradientError) as caught:
        await account.run()

    assert ["indexing job job-1 was running already"] == caught.value.__notes__


async def test_refusal_in_the_middle_of_an_outage(
    api: Emulator, client: Client
) -> None:
    """If the database cannot be looked up, the refusal of the start is raised."""
    new = await create_base(client)
    path = f"/v2/gen-ai/knowledge_bases/{new.uuid}"
    api.fail(Fault(status=404, path=path))
    with pytest.raises(StatusError, match="credentials are missing"):
        await client.indexing_jobs.run(new.uuid)
