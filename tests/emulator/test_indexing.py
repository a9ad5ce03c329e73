"""Indexing jobs that clients start and cancel."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async.emulator import Emulator

from .http_client import BASES, JOBS, SPACES, HttpClient

CRAWLER = {"web_crawler_data_source": {"base_url": "https://docs.example.com"}}
NOWHERE = {"web_crawler_data_source": {"base_url": "https://docs.invalid/"}}
MISSING = {"file_upload_data_source": {"stored_object_key": "missing.pdf"}}


def end(job: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the status of a job, and those of its sources."""
    sources = job["data_source_jobs"]
    return (
        job["status"].removeprefix("INDEX_JOB_STATUS_"),
        [it["status"].removeprefix("DATA_SOURCE_STATUS_") for it in sources],
    )


async def index(api: Emulator, call: HttpClient, base: str) -> dict[str, Any]:
    """Index a knowledge base, and advance past the end of the job."""
    uuid = await call.start(api, base)
    api.advance(600)
    return await call.job(api, uuid)


async def test_job_is_listed_first(api: Emulator, call: HttpClient) -> None:
    """A new job is pending, includes all sources, and is listed first."""
    base = await call.create_base(api, SPACES, CRAWLER)
    response = await call.post(api, JOBS, knowledge_base_uuid=base)
    listed = (await call(api, per_page=1)).json

    assert "BATCH_JOB_PHASE_PENDING" == response.json["job"]["phase"]
    assert 2 == len(response.json["job"]["data_source_uuids"])
    assert [response.json["job"]] == listed["jobs"]
    assert 46 == listed["meta"]["total"] == len(api.jobs())
    assert response.json["job"]["uuid"] == api.job_uuids()[0]
    assert response.json["job"] == api.jobs()[0]


async def test_job_progresses_with_the_clock(api: Emulator, call: HttpClient) -> None:
    """The same job is pending, then running, then ended."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    phases = []
    for _ in range(3):
        phases.append((await call.job(api, uuid))["phase"])
        api.advance(5)

    assert ["PENDING", "RUNNING", "SUCCEEDED"] == [
        phase.removeprefix("BATCH_JOB_PHASE_") for phase in phases
    ]


async def test_some_sources(api: Emulator, call: HttpClient) -> None:
    """A job can include some sources, in the given order and each once."""
    base = await call.create_base(api, SPACES, CRAWLER, SPACES)
    first, _, third = (str(it["uuid"]) for it in api.data_sources(base))
    uuid = await call.start(api, base, data_source_uuids=[third, first, third])

    assert [third, first] == (await call.job(api, uuid))["data_source_uuids"]


@pytest.mark.parametrize(
    ("source", "status"),
    [(SPACES, "COMPLETED"), (NOWHERE, "FAILED"), (MISSING, "FAILED")],
)
async def test_failures(
    api: Emulator, call: HttpClient, source: object, status: str
) -> None:
    """Unresolvable hosts and files that were never uploaded fail."""
    job = await index(api, call, await call.create_base(api, source))

    assert status == end(job)[0]
    assert (status == "FAILED") == ("error_msg" in job["data_source_jobs"][0])


async def test_planned_failures(api: Emulator, call: HttpClient) -> None:
    """A plan sets how long a source takes, and how it fails."""
    base = await call.create_base(api, SPACES, CRAWLER)
    crawler, spaces = (str(it["uuid"]) for it in api.data_sources(base))
    api.plan_source(spaces, seconds=1, error_msg="half", failed=0.5)
    api.plan_source(crawler, seconds=3)
    job = await index(api, call, base)

    assert ("PARTIAL", ["PARTIALLY_UPDATED", "UPDATED"]) == end(job)
    assert "2026-11-01T12:00:06Z" == job["finished_at"]
    assert "half" == job["data_source_jobs"][0]["error_msg"]


async def test_plans_apply_until_they_are_replaced(
    api: Emulator, call: HttpClient
) -> None:
    """A plan applies to all future jobs until another plan replaces it."""
    base = await call.create_base(api, SPACES)
    uuid = str(api.data_sources(base)[0]["uuid"])
    api.plan_source(uuid, error_msg="broken")
    failed = [end(await index(api, call, base))[0] for _ in range(2)]
    api.plan_source(uuid)

    assert ["FAILED", "FAILED"] == failed
    assert "COMPLETED" == end(await index(api, call, base))[0]


def test_plan_of_an_unknown_source(api: Emulator) -> None:
    """A plan for an unknown source raises a KeyError."""
    with pytest.raises(KeyError, match="nothing"):
        api.plan_source("nothing")


async def test_unchanged_sources(api: Emulator, call: HttpClient) -> None:
    """A source that is indexed again has no changes until it is updated."""
    base = await call.create_base(api, SPACES, CRAWLER)
    ends = [end(await index(api, call, base)) for _ in range(3)]
    source = str(api.data_sources(base)[0]["uuid"])
    await call.put(api, f"{BASES}/{base}/data_sources/{source}")
    ends.append(end(await index(api, call, base)))

    assert [
        ("COMPLETED", ["UPDATED", "UPDATED"]),
        ("NO_CHANGES", ["NOT_UPDATED", "NOT_UPDATED"]),
        ("NO_CHANGES", ["NOT_UPDATED", "NOT_UPDATED"]),
        ("COMPLETED", ["NOT_UPDATED", "UPDATED"]),
    ] == ends


async def test_cancelled_sources_are_indexed_again(
    api: Emulator, call: HttpClient
) -> None:
    """Only sources that ended before a cancellation count as indexed."""
    base = await call.create_base(api, SPACES, CRAWLER, SPACES)
    uuid = await call.start(api, base)
    api.advance(12)
    response = await call.put(api, f"{JOBS}/{uuid}/cancel", uuid=uuid)

    assert ("CANCELLED", ["UPDATED", "CANCELLED", "CANCELLED"]) == end(
        response.json["job"]
    )
    assert [False, True, True] == [
        "last_datasource_indexing_job" in it for it in api.data_sources(base)
    ]
    assert ("COMPLETED", ["NOT_UPDATED", "UPDATED", "UPDATED"]) == end(
        await index(api, call, base)
    )


async def test_one_job_at_a_time(api: Emulator, call: HttpClient) -> None:
    """A second job of a knowledge base is a conflict until the first has ended."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    api.advance(5)
    response = await call.post(api, JOBS, knowledge_base_uuid=base)

    assert (409, "conflict") == (response.status, response.json["id"])
    # By which public programs recognise it.
    assert "already has an indexing job running" in response.message
    assert uuid in response.message


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"knowledge_base_uuid": "nothing"}, 404),
        ({}, 404),
        ({"data_source_uuids": ["foreign"]}, 422),
        ({"data_source_uuids": "all"}, 400),
    ],
)
async def test_rejected_jobs(
    api: Emulator, call: HttpClient, fields: dict[str, Any], status: int
) -> None:
    """A job needs an existing knowledge base, and data sources of it."""
    base = await call.create_base(api, SPACES)
    if "data_source_uuids" in fields:
        fields = {"knowledge_base_uuid": base, **fields}
    response = await call.post(api, JOBS, **fields)

    assert status == response.status
    assert response.json["request_id"] == response.headers["x-request-id"]


async def test_job_without_sources(api: Emulator, call: HttpClient) -> None:
    """A knowledge base without data sources cannot be indexed."""
    base = await call.create_base(api)
    response = await call.post(api, JOBS, knowledge_base_uuid=base)

    assert (422, "unprocessable_entity") == (response.status, response.json["id"])


@pytest.mark.parametrize("position", range(5))
async def test_cancelling_seeded_jobs(call: HttpClient, position: int) -> None:
    """A seeded job ends when it is cancelled, and keeps its place in the list."""
    async with Emulator(jobs=10, speed=0, database_seconds=0) as api:
        before: Any = api.jobs()[position]
        api.advance(30)
        response = await call.put(api, f"{JOBS}/{before['uuid']}/cancel")
        job, now = response.json["job"], api.jobs()[position]
    done = [it for it in before["data_source_jobs"] if "completed_at" in it]
    left = len(job["data_source_uuids"]) - len(done)

    assert ("CANCELLED", ["UPDATED"] * len(done) + ["CANCELLED"] * left) == end(job)
    assert done == job["data_source_jobs"][: len(done)]
    assert "2026-11-01T12:00:30Z" == job["finished_at"] == job["updated_at"]
    assert job["data_source_uuids"] == [
        it["data_source_uuid"] for it in job["data_source_jobs"]
    ]
    assert bool(done) == job["is_report_available"]
    assert job == now


async def test_cancelling_ahead_of_time(api: Emulator, call: HttpClient) -> None:
    """A job dated ahead of the clock does not end before its creation."""
    uuid = api.add_jobs(10)[0]
    response = await call.put(api, f"{JOBS}/{uuid}/cancel")

    assert "2026-11-01T12:00:10Z" == response.json["job"]["finished_at"]


async def test_cancelling_again(api: Emulator, call: HttpClient) -> None:
    """Cancelling again succeeds and changes nothing."""
    uuid = api.job_uuids()[0]
    first = await call.put(api, f"{JOBS}/{uuid}/cancel")
    api.advance(10)
    second = await call.put(api, f"{JOBS}/{uuid}/cancel")

    assert (200, first.json) == (second.status, second.json)


async def test_too_late_to_cancel(api: Emulator, call: HttpClient) -> None:
    """A job that has ended cannot be cancelled."""
    base = await call.create_base(api, SPACES)
    job = await index(api, call, base)
    response = await call.put(api, f"{JOBS}/{job['uuid']}/cancel")

    assert 409 == response.status


async def test_jobs_of_a_knowledge_base(call: HttpClient) -> None:
    """The list has the newest 15 jobs, whatever `page` is."""
    async with Emulator(jobs=300, database_seconds=0) as api:
        base = str(api.knowledge_bases()[0]["uuid"])
        path = f"{BASES}/{base}/indexing_jobs"
        response = await call(api, path, page=2, per_page=5)
        jobs = [it for it in api.jobs() if it["knowledge_base_uuid"] == base]
        url = f"{api.url}{path}?per_page=15"
    pages = -(-len(jobs) // 15)

    assert jobs[:15] == response.json["jobs"]
    assert {"page": 1, "pages": pages, "total": len(jobs)} == response.json["meta"]
    assert {"next": f"{url}&page=2", "last": f"{url}&page={pages}"} == response.json[
        "links"
    ]["pages"]


async def test_created_jobs_can_be_removed(api: Emulator, call: HttpClient) -> None:
    """A job that a client created can be removed."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    api.remove_job(uuid)

    assert 404 == (await call(api, f"{JOBS}/{uuid}")).status
    assert 45 == len(api.jobs())


async def test_accounts_are_separate(call: HttpClient) -> None:
    """One account cannot see or index what belongs to another."""
    async with Emulator(
        jobs=5, accounts=2, database_seconds=0, auto_index=False
    ) as api:
        base = await call.create_base(api, SPACES)
        uuid = await call.start(api, base)
        other = f"Bearer {api.tokens[1]}"
        responses = [
            await call(api, path, authorization=other)
            for path in (f"{BASES}/{base}", f"{JOBS}/{uuid}")
        ]

        assert [404, 404] == [response.status for response in responses]
        assert base not in [it["uuid"] for it in api.knowledge_bases(api.tokens[1])]


async def test_data_is_repeatable(call: HttpClient) -> None:
    """What clients create has the same ids and numbers in a second run."""
    runs = []
    for _ in range(2):
        async with Emulator(
            jobs=3, speed=0, database_seconds=0, auto_index=False
        ) as api:
            base = await call.create_base(api, SPACES, CRAWLER)
            await call.start(api, base)
            api.advance(60)
            runs.append((api.knowledge_bases(), api.data_sources(base), api.jobs()))

    assert runs[0] == runs[1]
