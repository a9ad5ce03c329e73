"""Knowledge bases, both seeded and created by clients."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from gradient_async.emulator import Emulator

from .http_client import BASES, JOBS, MODEL, SPACES, HttpClient

CRAWLER = {"web_crawler_data_source": {"base_url": "https://docs.example.com"}}
NEW: dict[str, Any] = {"name": "New", "region": "ams3", "embedding_model_uuid": MODEL}


def test_seeded_jobs_refer_to_existing_data(api: Emulator) -> None:
    """The knowledge bases and data sources of seeded jobs exist."""
    jobs = api.jobs()
    bases = {str(it["uuid"]): it for it in api.knowledge_bases()}

    assert {str(it["knowledge_base_uuid"]) for it in jobs} <= set(bases)
    for job in jobs:
        sources = api.data_sources(str(job["knowledge_base_uuid"]))
        named: Any = job["data_source_uuids"]

        assert set(named) <= {it["uuid"] for it in sources}


def test_knowledge_bases_are_older_than_their_jobs(api: Emulator) -> None:
    """All were created before the first job, and are listed newest first."""
    created = [str(it["created_at"]) for it in api.knowledge_bases()]

    assert sorted(created, reverse=True) == created
    assert created[0] < str(api.jobs()[-1]["created_at"])


def test_sources_are_of_all_kinds() -> None:
    """Seeded accounts have every kind of data source."""
    api = Emulator(jobs=0, accounts=5)
    kinds = {
        name
        for token in api.tokens
        for base in api.knowledge_bases(token)
        for source in api.data_sources(str(base["uuid"]), token)
        for name in source
        if name.endswith("_data_source")
    }

    assert {
        "spaces",
        "web_crawler",
        "file_upload",
        "aws",
        "dropbox",
        "google_drive",
    } == {kind.removesuffix("_data_source") for kind in kinds}


def test_last_jobs(api: Emulator) -> None:
    """A knowledge base shows its newest job, and a data source its newest entry."""
    for base in api.knowledge_bases():
        uuid = str(base["uuid"])
        jobs = [it for it in api.jobs() if it["knowledge_base_uuid"] == uuid]
        lists: Any = [it["data_source_jobs"] for it in jobs]

        assert (jobs[0] if jobs else None) == base.get("last_indexing_job")
        for source in api.data_sources(uuid):
            newest = [
                entry
                for entries in lists
                for entry in entries
                if entry["data_source_uuid"] == source["uuid"]
            ]
            assert newest[:1] == [
                source[name] for name in ["last_datasource_indexing_job"] if newest
            ]


def test_sources_of_an_unknown_knowledge_base(api: Emulator) -> None:
    """Requesting the sources of an unknown knowledge base raises a KeyError."""
    with pytest.raises(KeyError, match="nothing"):
        api.data_sources("nothing")


async def test_list_in_pages(api: Emulator, call: HttpClient) -> None:
    """The list is paged like the list of jobs, newest first."""
    before = api.knowledge_bases()
    uuid = await call.create_base(api)
    response = await call(api, BASES, per_page=2)

    assert uuid == response.json["knowledge_bases"][0]["uuid"]
    assert before[0] == response.json["knowledge_bases"][1]
    assert len(before) + 1 == response.json["meta"]["total"]
    assert (
        f"{api.url}{BASES}?per_page=2&page=2" == response.json["links"]["pages"]["next"]
    )


async def test_create(api: Emulator, call: HttpClient) -> None:
    """A created knowledge base has the requested members and no others."""
    extras = {
        "tags": ["a", "b"],
        "project_id": "mine",
        "reranking_config": {"enabled": True, "model": "ranker"},
        "vpc_uuid": "private",
    }
    response = await call.post(api, BASES, **NEW, **extras)
    base = response.json["knowledge_base"]

    assert NEW.items() <= base.items()
    assert ["a", "b"] == base["tags"]
    assert "mine" == base["project_id"]
    assert {"enabled": True, "model": "ranker"} == base["reranking_config"]
    assert not {"last_indexing_job", "added_to_agent_at"} & set(base)
    assert base == api.knowledge_bases()[0]
    assert base == (await call(api, f"{BASES}/{base['uuid']}")).json["knowledge_base"]


async def test_defaults(api: Emulator, call: HttpClient) -> None:
    """The project and the database have defaults."""
    first, second = [
        (await call.post(api, BASES, **NEW)).json["knowledge_base"] for _ in range(2)
    ]

    assert first["project_id"] == second["project_id"]
    assert first["database_id"] != second["database_id"]
    assert "reranking_config" not in first


@pytest.mark.parametrize(
    ("extra", "seconds", "status"),
    [
        ({}, 299.9, "CREATING"),
        ({}, 300, "ONLINE"),
        ({"database_id": "mine"}, 0, "ONLINE"),
        ({"database_id": "mine", "region": ""}, 0, "ONLINE"),
    ],
)
async def test_database(
    call: HttpClient, extra: dict[str, Any], seconds: float, status: str
) -> None:
    """A new database takes its time and has no id before; an existing one is ready."""
    async with Emulator(jobs=0, database_seconds=300) as api:
        base = (await call.post(api, BASES, **NEW | extra)).json["knowledge_base"]
        api.advance(seconds)
        response = await call(api, f"{BASES}/{base['uuid']}")

    assert status == response.json["database_status"]
    is_ready = status == "ONLINE"
    assert is_ready is bool(response.json["knowledge_base"]["database_id"])


def test_default_of_the_database() -> None:
    """By default, a new database is ready after five seconds."""
    assert 5 * 10**9 == Emulator(jobs=0)._platform.database_time


async def test_starts_without_a_database(call: HttpClient) -> None:
    """A start is refused until the database is ready, for want of its credentials."""
    async with Emulator(jobs=0, database_seconds=300) as api:
        uuid = await call.create_base(api, {"spaces_data_source": {"bucket_name": "b"}})
        refused = await call.post(api, JOBS, knowledge_base_uuid=uuid)
        api.advance(310)
        started = await call.post(api, JOBS, knowledge_base_uuid=uuid)

    assert 400 == refused.status
    assert "database credentials are missing" in refused.json["message"]
    assert "job" in started.json


@pytest.mark.parametrize(
    ("expected", "sources", "options"),
    [(1, 1, {}), (0, 0, {}), (0, 1, {"auto_index": False})],
)
async def test_first_job(
    call: HttpClient, expected: int, sources: int, options: dict[str, Any]
) -> None:
    """The job that creating a knowledge base starts is pending for its database."""
    source = {"spaces_data_source": {"bucket_name": "b"}}
    async with Emulator(jobs=0, database_seconds=300, **options) as api:
        await call.create_base(api, *[source] * sources)
        phases = []
        for seconds in (301, 2, 8):
            api.advance(seconds)
            phases += [str(job["phase"]).rpartition("_")[2] for job in api.jobs()]

    assert ["PENDING", "RUNNING", "SUCCEEDED"] * expected == phases


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"name": ""}, 422, "name"),
        ({"name": " "}, 422, "name"),
        ({"name": 1}, 400, "name"),
        ({"region": "mars1"}, 422, "mars1"),
        ({"region": None}, 422, "region"),
        ({"embedding_model_uuid": "nothing"}, 422, "nothing"),
        ({"tags": "a"}, 400, "tags"),
        ({"size": 5}, 400, "size"),
        ({"size": "OPEN_SEARCH_PLAN_SIZE_TINY"}, 400, "size"),
        ({"vpc_uuid": 5}, 400, "vpc_uuid"),
        ({"region": "", "database_id": ""}, 422, "region"),
        ({"reranking_config": True}, 400, "reranking_config"),
        ({"datasources": [{}]}, 422, "exactly one"),
    ],
)
async def test_rejected(
    api: Emulator, call: HttpClient, fields: dict[str, Any], status: int, message: str
) -> None:
    """An invalid knowledge base is rejected and not created."""
    before = api.knowledge_bases()
    response = await call.post(api, BASES, **{**NEW, **fields})

    assert status == response.status
    assert message in response.message
    assert before == api.knowledge_bases()


async def test_update(api: Emulator, call: HttpClient) -> None:
    """An update changes the given members only."""
    uuid = await call.create_base(api)
    (before, *_) = api.knowledge_bases()
    api.advance(9)
    changes = {"name": "Newer", "tags": ["x"], "database_id": "mine"}
    config = {"reranking_config": {"enabled": False, "model": "m"}}
    response = await call.put(api, f"{BASES}/{uuid}", **changes, **config)
    date = {"updated_at": "2026-11-01T12:00:09Z"}

    assert {**before, **changes, **config, **date} == response.json["knowledge_base"]


async def test_empty_update(api: Emulator, call: HttpClient) -> None:
    """Zero values change nothing: Go clients send them for what they do not set."""
    uuid = await call.create_base(api)
    await call.put(api, f"{BASES}/{uuid}", tags=["a"])
    (before, *_) = api.knowledge_bases()
    zeros = {"name": "", "project_id": "", "database_id": "", "tags": []}
    for body in ({}, zeros, dict.fromkeys(zeros)):
        response = await call.put(api, f"{BASES}/{uuid}", **body)
        date = {"updated_at": response.json["knowledge_base"]["updated_at"]}

        assert {**before, **date} == response.json["knowledge_base"]
    wrong: list[dict[str, Any]] = [{"name": " "}, {"name": []}, {"tags": ""}]
    rejected = [await call.put(api, f"{BASES}/{uuid}", **it) for it in wrong]
    assert [422, 400, 400] == [it.status for it in rejected]


async def test_delete(api: Emulator, call: HttpClient) -> None:
    """Deleting cancels the running job, which stays in the list."""
    uuid = await call.create_base(api, SPACES)
    job = await call.start(api, uuid)
    api.advance(5)
    response = await call.delete(api, f"{BASES}/{uuid}")

    assert {"uuid": uuid} == response.json
    assert uuid not in [it["uuid"] for it in api.knowledge_bases()]
    assert "BATCH_JOB_PHASE_CANCELLED" == (await call.job(api, job))["phase"]
    assert job == api.job_uuids()[0]


def test_seeded_names() -> None:
    """Seeded names have lower-case letters and dashes, as on the platform."""
    api = Emulator(jobs=0, accounts=9)
    names = [
        str(base["name"]) for token in api.tokens for base in api.knowledge_bases(token)
    ]

    assert all(re.fullmatch("[a-z-]{3,63}", name) for name in names)


async def test_returned_json_is_a_copy(api: Emulator, call: HttpClient) -> None:
    """Modifying returned JSON changes nothing on the server."""
    base = await call.create_base(api, CRAWLER)
    await call.start(api, base)
    api.advance(60)
    readers: list[Callable[[], Any]] = [
        api.jobs,
        api.knowledge_bases,
        lambda: api.data_sources(base),
    ]
    before = [json.dumps(read()) for read in readers]
    for job in (*api.jobs(), api.knowledge_bases()[0]["last_indexing_job"]):
        written: Any = job
        written["phase"] = "BROKEN"
        written["data_source_uuids"].clear()
    source: Any = api.data_sources(base)[0]
    source["web_crawler_data_source"]["exclude_tags"].append("all")
    source["last_datasource_indexing_job"].clear()

    assert before == [json.dumps(read()) for read in readers]
