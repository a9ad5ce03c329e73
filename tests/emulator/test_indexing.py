"""Indexing jobs that clients start and cancel."""

from __future__ import annotations

import io
from typing import Any

import pytest

from gradient_async.emulator import Emulator

from .calling import BASES, JOBS, SPACES, Caller

CRAWLER = {"web_crawler_data_source": {"base_url": "https://docs.example.com"}}
NOWHERE = {"web_crawler_data_source": {"base_url": "https://docs.invalid/"}}
MISSING = {"file_upload_data_source": {"stored_object_key": "missing.pdf"}}


def end(job: dict[str, Any]) -> tuple[str, list[str]]:
    """Give the status of a job, and those of its sources."""
    sources = job["data_source_jobs"]
    return (
        job["status"].removeprefix("INDEX_JOB_STATUS_"),
        [it["status"].removeprefix("DATA_SOURCE_STATUS_") for it in sources],
    )


async def index(api: Emulator, call: Caller, base: str) -> dict[str, Any]:
    """Index a knowledge base, and let more time pass than that takes."""
    uuid = await call.start(api, base)
    api.advance(600)
    return await call.job(api, uuid)


async def test_job_is_listed_first(api: Emulator, call: Caller) -> None:
    """A new job is pending, about all sources, and the newest of the list."""
    base = await call.create_base(api, SPACES, CRAWLER)
    reply = await call.post(api, JOBS, knowledge_base_uuid=base)
    listed = (await call(api, per_page=1)).json

    assert "BATCH_JOB_PHASE_PENDING" == reply.json["job"]["phase"]
    assert 2 == len(reply.json["job"]["data_source_uuids"])
    assert [reply.json["job"]] == listed["jobs"]
    assert 46 == listed["meta"]["total"] == len(api.jobs())
    assert reply.json["job"]["uuid"] == api.job_uuids()[0]
    assert reply.json["job"] == api.jobs()[0]


async def test_job_moves_with_the_clock(api: Emulator, call: Caller) -> None:
    """The same job is seen to wait, to run and to end."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    phases = []
    for _ in range(3):
        phases.append((await call.job(api, uuid))["phase"])
        api.advance(5)

    assert ["PENDING", "RUNNING", "SUCCEEDED"] == [
        phase.removeprefix("BATCH_JOB_PHASE_") for phase in phases
    ]


async def test_some_sources(api: Emulator, call: Caller) -> None:
    """A job can be about some sources, in the order given, each of them once."""
    base = await call.create_base(api, SPACES, CRAWLER, SPACES)
    first, _, third = (str(it["uuid"]) for it in api.data_sources(base))
    uuid = await call.start(api, base, data_source_uuids=[third, first, third])

    assert [third, first] == (await call.job(api, uuid))["data_source_uuids"]


async def test_sources_of_a_job(api: Emulator, call: Caller) -> None:
    """The sources of a job can be asked for by themselves."""
    uuid = api.job_uuids()[10]
    reply = await call(api, f"{JOBS}/{uuid}/data_sources")

    assert {"indexed_data_sources": api.jobs()[10]["data_source_jobs"]} == reply.json


@pytest.mark.parametrize(
    ("source", "status"),
    [(SPACES, "COMPLETED"), (NOWHERE, "FAILED"), (MISSING, "FAILED")],
)
async def test_sources_fail_for_reasons(
    api: Emulator, call: Caller, source: object, status: str
) -> None:
    """Hosts that cannot exist and files that never came are failures."""
    job = await index(api, call, await call.create_base(api, source))

    assert status == end(job)[0]
    assert (status == "FAILED") == ("error_msg" in job["data_source_jobs"][0])


async def test_planned_failures(api: Emulator, call: Caller) -> None:
    """A test says how long a source takes, and how it fails."""
    base = await call.create_base(api, SPACES, CRAWLER)
    crawler, spaces = (str(it["uuid"]) for it in api.data_sources(base))
    api.plan_source(spaces, seconds=1, error_msg="half", failed=0.5)
    api.plan_source(crawler, seconds=3)
    job = await index(api, call, base)

    assert ("PARTIAL", ["PARTIALLY_UPDATED", "UPDATED"]) == end(job)
    assert "2026-11-01T12:00:06Z" == job["finished_at"]
    assert "half" == job["data_source_jobs"][0]["error_msg"]


async def test_plans_hold_until_they_are_replaced(api: Emulator, call: Caller) -> None:
    """A plan is about all coming jobs, and the next plan about those after."""
    base = await call.create_base(api, SPACES)
    uuid = str(api.data_sources(base)[0]["uuid"])
    api.plan_source(uuid, error_msg="broken")
    failed = [end(await index(api, call, base))[0] for _ in range(2)]
    api.plan_source(uuid)

    assert ["FAILED", "FAILED"] == failed
    assert "COMPLETED" == end(await index(api, call, base))[0]


def test_plan_of_nothing(api: Emulator) -> None:
    """A plan for a source that does not exist is a mistake of its caller."""
    with pytest.raises(KeyError, match="nothing"):
        api.plan_source("nothing")


async def test_nothing_changes_by_itself(api: Emulator, call: Caller) -> None:
    """Indexed again, a source has no changes, until it is changed."""
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


async def test_cancelled_sources_are_read_again(api: Emulator, call: Caller) -> None:
    """Only what was done before a job was cancelled counts as indexed."""
    base = await call.create_base(api, SPACES, CRAWLER, SPACES)
    uuid = await call.start(api, base)
    api.advance(12)
    reply = await call.put(api, f"{JOBS}/{uuid}/cancel", uuid=uuid)

    assert ("CANCELLED", ["UPDATED", "CANCELLED", "CANCELLED"]) == end(
        reply.json["job"]
    )
    assert [False, True, True] == [
        "last_datasource_indexing_job" in it for it in api.data_sources(base)
    ]
    assert ("COMPLETED", ["NOT_UPDATED", "UPDATED", "UPDATED"]) == end(
        await index(api, call, base)
    )


async def test_one_job_at_a_time(api: Emulator, call: Caller) -> None:
    """While a job of a knowledge base has not ended, no other is started."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    api.advance(5)
    reply = await call.post(api, JOBS, knowledge_base_uuid=base)

    assert (409, "conflict") == (reply.status, reply.json["id"])
    assert uuid in reply.message


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"knowledge_base_uuid": "nothing"}, 404),
        ({}, 404),
        ({"data_source_uuids": ["foreign"]}, 422),
        ({"data_source_uuids": "all"}, 400),
    ],
)
async def test_refused_jobs(
    api: Emulator, call: Caller, fields: dict[str, Any], status: int
) -> None:
    """A job needs a knowledge base, and sources of it."""
    base = await call.create_base(api, SPACES)
    if "data_source_uuids" in fields:
        fields = {"knowledge_base_uuid": base, **fields}
    reply = await call.post(api, JOBS, **fields)

    assert status == reply.status
    assert reply.json["request_id"] == reply.headers["x-request-id"]


async def test_job_without_sources(api: Emulator, call: Caller) -> None:
    """A knowledge base without sources cannot be indexed."""
    base = await call.create_base(api)
    reply = await call.post(api, JOBS, knowledge_base_uuid=base)

    assert (422, "unprocessable_entity") == (reply.status, reply.json["id"])


@pytest.mark.parametrize("body", [b"[1]", b"{"])
async def test_bodies_that_cannot_be_read(
    api: Emulator, call: Caller, body: bytes
) -> None:
    """A body that is no JSON object is a bad request, and is kept in its record."""
    reply = await call(api, method="POST", data=body)

    assert (400, "bad_request") == (reply.status, reply.json["id"])
    assert body == api.requests[0].body


async def test_body_that_is_too_large(api: Emulator, call: Caller) -> None:
    """A body of megabytes is refused with an error body like any other."""
    reply = await call(api, method="POST", data=io.BytesIO(b" " * 2_000_000))

    assert 413 == reply.status
    assert reply.json["request_id"]


@pytest.mark.parametrize("position", range(5))
async def test_jobs_of_the_history_can_be_cancelled(
    call: Caller, position: int
) -> None:
    """A job that stood still ends when it is cancelled, and keeps its place."""
    async with Emulator(jobs=10, speed=0) as api:
        before: Any = api.jobs()[position]
        api.advance(30)
        reply = await call.put(api, f"{JOBS}/{before['uuid']}/cancel")
        job, now = reply.json["job"], api.jobs()[position]
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


async def test_cancelling_ahead_of_time(api: Emulator, call: Caller) -> None:
    """A job that was added with a later date does not end before its creation."""
    uuid = api.add_jobs(10)[0]
    reply = await call.put(api, f"{JOBS}/{uuid}/cancel")

    assert "2026-11-01T12:00:10Z" == reply.json["job"]["finished_at"]


async def test_cancelling_again(api: Emulator, call: Caller) -> None:
    """Cancelling twice is no mistake, and changes nothing."""
    uuid = api.job_uuids()[0]
    first = await call.put(api, f"{JOBS}/{uuid}/cancel")
    api.advance(10)
    second = await call.put(api, f"{JOBS}/{uuid}/cancel")

    assert (200, first.json) == (second.status, second.json)


async def test_too_late_to_cancel(api: Emulator, call: Caller) -> None:
    """A job that has ended by itself cannot be cancelled."""
    base = await call.create_base(api, SPACES)
    job = await index(api, call, base)
    reply = await call.put(api, f"{JOBS}/{job['uuid']}/cancel")

    assert 409 == reply.status


@pytest.mark.parametrize("path", ["cancel", "data_sources", "details_signed_url"])
async def test_unknown_jobs(api: Emulator, call: Caller, path: str) -> None:
    """What belongs to an unknown job is not found."""
    method = "PUT" if path == "cancel" else "GET"
    reply = await call(api, f"{JOBS}/nothing/{path}", method=method)

    assert 404 == reply.status


async def test_jobs_of_a_knowledge_base(call: Caller) -> None:
    """They are the newest 20 of one knowledge base, whatever page is asked for."""
    async with Emulator(jobs=300) as api:
        base = str(api.knowledge_bases()[0]["uuid"])
        path = f"{BASES}/{base}/indexing_jobs"
        reply = await call(api, path, page=2, per_page=5)
        jobs = [it for it in api.jobs() if it["knowledge_base_uuid"] == base]
        url = f"{api.url}{path}?per_page=20"
    pages = -(-len(jobs) // 20)

    assert jobs[:20] == reply.json["jobs"]
    assert {"page": 1, "pages": pages, "total": len(jobs)} == reply.json["meta"]
    assert {"next": f"{url}&page=2", "last": f"{url}&page={pages}"} == reply.json[
        "links"
    ]["pages"]


async def test_created_jobs_can_be_removed(api: Emulator, call: Caller) -> None:
    """A created job leaves the list like any other."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    api.remove_job(uuid)

    assert 404 == (await call(api, f"{JOBS}/{uuid}")).status
    assert 45 == len(api.jobs())


async def test_accounts_are_apart(call: Caller) -> None:
    """Nobody can index, or look at, what belongs to another account."""
    async with Emulator(jobs=5, accounts=2) as api:
        base = await call.create_base(api, SPACES)
        uuid = await call.start(api, base)
        other = f"Bearer {api.tokens[1]}"
        replies = [
            await call(api, path, authorization=other)
            for path in (f"{BASES}/{base}", f"{JOBS}/{uuid}")
        ]

        assert [404, 404] == [reply.status for reply in replies]
        assert base not in [it["uuid"] for it in api.knowledge_bases(api.tokens[1])]


async def test_the_same_calls_give_the_same_data(call: Caller) -> None:
    """Whatever clients create has the same ids and numbers in a second run."""
    runs = []
    for _ in range(2):
        async with Emulator(jobs=3, speed=0) as api:
            base = await call.create_base(api, SPACES, CRAWLER)
            await call.start(api, base)
            api.advance(60)
            runs.append((api.knowledge_bases(), api.data_sources(base), api.jobs()))

    assert runs[0] == runs[1]
