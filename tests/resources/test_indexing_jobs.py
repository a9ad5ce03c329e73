"""Indexing jobs: what is sent for each call, and what comes of the answer."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async import (
    JSON,
    DecodeError,
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    Page,
)
from tests.resources.asking import Ask, ask, refusal, told

JOB = {"uuid": "job-1", "phase": "BATCH_JOB_PHASE_PENDING"}
OBJECT = IndexingJob(uuid="job-1", phase=IndexingJobPhase.PENDING)
PATH = "/v2/gen-ai/indexing_jobs"
BASE_PATH = "/v2/gen-ai/knowledge_bases"


@pytest.mark.parametrize(
    ("method", "path", "body", "call"),
    [
        ("GET", "/job-1", None, lambda it: it.get("job-1")),
        ("PUT", "/job-1/cancel", {"uuid": "job-1"}, lambda it: it.cancel("job-1")),
        ("POST", "", {"knowledge_base_uuid": "kb-1"}, lambda it: it.create("kb-1")),
        (
            "POST",
            "",
            {"knowledge_base_uuid": "kb-1"},
            lambda it: it.create("kb-1", data_source_uuids=[]),
        ),
        (
            "POST",
            "",
            {"knowledge_base_uuid": "kb-1", "data_source_uuids": ["b", "a"]},
            lambda it: it.create("kb-1", data_source_uuids=iter(["b", "a"])),
        ),
    ],
)
async def test_one_job(method: str, path: str, body: object, call: Any) -> None:
    """Each call about one job sends one request, and gives the job."""
    job, request = await ask(lambda client: call(client.indexing_jobs), {"job": JOB})

    assert OBJECT == job
    assert (method, PATH + path, body) == told(request)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (Page(items=(), page=1), {"jobs": []}),
        (Page(items=(OBJECT,), page=1), {"jobs": [JOB]}),
        (
            Page(items=(OBJECT,), page=1, pages=3, total=5, has_next=True),
            {
                "jobs": [JOB],
                "links": {"pages": {"next": "https://api.example.com/?page=2"}},
                "meta": {"page": 1, "pages": 3, "total": 5},
            },
        ),
        (
            Page(items=(OBJECT,), page=1, pages=1, total=1),
            {
                "jobs": [JOB],
                "links": {"pages": {"first": "https://api.example.com/", "next": ""}},
                "meta": {"page": 7, "pages": 1, "total": 1},
            },
        ),
        (Page(items=(), page=1, total=0), {"meta": {}}),
        (Page(items=(), page=1), {"jobs": [], "meta": {"pages": -1, "total": -1}}),
    ],
)
async def test_jobs_of_a_knowledge_base(
    expected: Page[IndexingJob], answer: dict[str, Any]
) -> None:
    """The jobs of a knowledge base are one page, which tells whether there is more."""
    page, request = await ask(
        lambda client: client.indexing_jobs.list_for_knowledge_base("kb-1"), answer
    )

    assert expected == page
    assert ("GET", f"{BASE_PATH}/kb-1/indexing_jobs", None) == told(request)


async def test_data_sources_of_a_job() -> None:
    """How the data sources of a job fared is given in the API's order."""
    sources, request = await ask(
        lambda client: client.indexing_jobs.list_data_sources("job-1"),
        {
            "indexed_data_sources": [
                {"data_source_uuid": "b", "status": "DATA_SOURCE_STATUS_FAILED"},
                {"data_source_uuid": "a", "total_bytes": "9007199254740993"},
            ]
        },
    )

    assert (
        IndexedDataSource(data_source_uuid="b", status=IndexedDataSourceStatus.FAILED),
        IndexedDataSource(data_source_uuid="a", total_bytes=2**53 + 1),
    ) == sources
    assert ("GET", f"{PATH}/job-1/data_sources", None) == told(request)


async def test_the_url_of_a_report() -> None:
    """The URL of a report is given as it stands."""
    url = "https://storage.example.com/report.csv?X-Amz-Signature=a%2Fb"
    got, request = await ask(
        lambda client: client.indexing_jobs.get_details_url("job-1"),
        {"signed_url": url},
    )

    assert url == got
    assert ("GET", f"{PATH}/job-1/details_signed_url", None) == told(request)


@pytest.mark.parametrize("answer", [{}, {"signed_url": None}, {"job": JOB}])
async def test_no_url_of_a_report(answer: JSON) -> None:
    """An answer without the URL of a report is an error, not an empty URL."""
    with pytest.raises(DecodeError) as caught:
        await ask(lambda client: client.indexing_jobs.get_details_url("job-1"), answer)

    assert "$.signed_url" == caught.value.json_path


@pytest.mark.parametrize(
    "answer",
    [
        {"job": {}},
        {"job": {"uuid": ""}},
        {"job": {"uuid": None, "phase": "BATCH_JOB_PHASE_PENDING"}},
    ],
)
async def test_a_start_without_an_id(answer: JSON) -> None:
    """A job that was started, but of which the id is not told, is an error."""
    with pytest.raises(DecodeError, match="the id of the started job") as caught:
        await ask(lambda client: client.indexing_jobs.create("kb-1"), answer)
    error = caught.value

    assert "$.job.uuid" == error.json_path
    assert ("POST", PATH) == (error.method, error.path)


NO_TEXTS: Any = [None, 5, True, {}, [], b"kb-1"]


@pytest.mark.parametrize("value", NO_TEXTS)
async def test_ids_must_be_texts(value: Any) -> None:
    """An id that is no text, or none, is refused by its name."""
    calls: list[Ask[object]] = [
        lambda client: client.indexing_jobs.create(value),
        lambda client: client.indexing_jobs.list_for_knowledge_base(value),
    ]
    for call in calls:
        assert "knowledge_base_uuid must be a string, not" in await refusal(call)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("data_source_uuids must be a list of strings, not str", "source-1"),
        ("data_source_uuids must be a list of strings, not str", ""),
        ("data_source_uuids must be a list of strings, not bytes", b"source-1"),
        ("data_source_uuids must be a list of strings, not bytes", b""),
        ("data_source_uuids must be a list of strings, not bytearray", bytearray(1)),
        ("data_source_uuids must be a list of strings, not dict", {}),
        ("data_source_uuids must be a list of strings, not dict", {"source-1": 1}),
        ("data_source_uuids must be a list of strings, not NoneType", None),
        ("data_source_uuids must be a list of strings, not int", 5),
        ("each of data_source_uuids must be a string, not NoneType", ["a", None]),
        ("each of data_source_uuids must be a string, not int", ["a", 5]),
        ("each of data_source_uuids must be a string, not bytes", ["a", b"b"]),
        ("each of data_source_uuids must not be empty", ["a", ""]),
    ],
)
async def test_lists_of_ids(text: str, value: Any) -> None:
    """What is no list of ids is refused by its name; a lone text or a mapping too."""
    assert text == await refusal(
        lambda client: client.indexing_jobs.create("kb-1", data_source_uuids=value)
    )


async def test_no_knowledge_base() -> None:
    """A job of no knowledge base is not asked for."""
    assert "knowledge_base_uuid must not be empty" == await refusal(
        lambda client: client.indexing_jobs.create("")
    )
