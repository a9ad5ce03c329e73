"""Indexing jobs: the request of each call, and its result."""

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
from tests.resources.canned_calls import Call, error_message, perform, summarize

JOB = {"uuid": "job-1", "phase": "BATCH_JOB_PHASE_PENDING"}
INDEXING_JOB = IndexingJob(uuid="job-1", phase=IndexingJobPhase.PENDING)
PATH = "/v2/gen-ai/indexing_jobs"
BASE_PATH = "/v2/gen-ai/knowledge_bases"


@pytest.mark.parametrize(
    ("method", "path", "sent", "call"),
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
async def test_one_job(method: str, path: str, sent: object, call: Any) -> None:
    """Each call about one job sends one request and returns the job."""
    job, request = await perform(
        lambda client: call(client.indexing_jobs), {"job": JOB}
    )

    assert INDEXING_JOB == job
    assert (method, PATH + path, sent) == summarize(request)


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        (Page(items=(), page=1), {"jobs": []}),
        (Page(items=(INDEXING_JOB,), page=1), {"jobs": [JOB]}),
        (
            Page(items=(INDEXING_JOB,), page=1, pages=3, total=5, has_next=True),
            {
                "jobs": [JOB],
                "links": {"pages": {"next": "https://api.example.com/?page=2"}},
                "meta": {"page": 1, "pages": 3, "total": 5},
            },
        ),
        (
            Page(items=(INDEXING_JOB,), page=1, pages=1, total=1),
            {
                "jobs": [JOB],
                "links": {"pages": {"first": "https://api.example.com/", "next": ""}},
                "meta": {"page": 7, "pages": 1, "total": 1},
            },
        ),
        (Page(items=(), page=1), {"meta": {}}),
        (Page(items=(), page=1, pages=3), {"jobs": [], "meta": {"pages": 3}}),
        (Page(items=(), page=1), {"jobs": [], "meta": {"total": None}}),
        (Page(items=(), page=1, total=0), {"meta": {"total": 0}}),
        (Page(items=(), page=1), {"jobs": [], "meta": {"pages": -1, "total": -1}}),
    ],
)
async def test_jobs_of_a_knowledge_base(
    expected: Page[IndexingJob], body: dict[str, Any]
) -> None:
    """The jobs of a knowledge base are one page, which shows whether there is more."""
    page, request = await perform(
        lambda client: client.indexing_jobs.list_for_knowledge_base("kb-1"), body
    )

    assert expected == page
    assert ("GET", f"{BASE_PATH}/kb-1/indexing_jobs", None) == summarize(request)


async def test_data_sources_of_a_job() -> None:
    """The data sources of a job are returned in the API's order."""
    sources, request = await perform(
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
    assert ("GET", f"{PATH}/job-1/data_sources", None) == summarize(request)


async def test_report_url() -> None:
    """The URL of a report is returned unchanged."""
    url = "https://storage.example.com/report.csv?X-Amz-Signature=a%2Fb"
    returned, request = await perform(
        lambda client: client.indexing_jobs.get_details_url("job-1"),
        {"signed_url": url},
    )

    assert url == returned
    assert ("GET", f"{PATH}/job-1/details_signed_url", None) == summarize(request)


@pytest.mark.parametrize("body", [{}, {"signed_url": None}, {"job": JOB}])
async def test_missing_report_url(body: JSON) -> None:
    """A response without the URL of a report is an error, not an empty URL."""
    with pytest.raises(DecodeError) as caught:
        await perform(
            lambda client: client.indexing_jobs.get_details_url("job-1"), body
        )

    assert "$.signed_url" == caught.value.json_path


@pytest.mark.parametrize(
    "body",
    [
        {"job": {}},
        {"job": {"uuid": ""}},
        {"job": {"uuid": None, "phase": "BATCH_JOB_PHASE_PENDING"}},
    ],
)
async def test_started_job_without_an_id(body: JSON) -> None:
    """A response to a start without the job's id is an error."""
    with pytest.raises(DecodeError, match="the id of the started job") as caught:
        await perform(lambda client: client.indexing_jobs.create("kb-1"), body)
    error = caught.value

    assert "$.job.uuid" == error.json_path
    assert ("POST", PATH) == (error.method, error.path)


NOT_STRINGS: Any = [None, 5, True, {}, [], b"kb-1"]


@pytest.mark.parametrize("value", NOT_STRINGS)
async def test_ids_must_be_strings(value: Any) -> None:
    """An id that is not a string is refused by name."""
    calls: list[Call[object]] = [
        lambda client: client.indexing_jobs.create(value),
        lambda client: client.indexing_jobs.list_for_knowledge_base(value),
    ]
    for call in calls:
        assert "knowledge_base_uuid must be a string, got" in await error_message(call)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("data_source_uuids must be a list of strings, got str", "source-1"),
        ("data_source_uuids must be a list of strings, got str", ""),
        ("data_source_uuids must be a list of strings, got bytes", b"source-1"),
        ("data_source_uuids must be a list of strings, got bytes", b""),
        ("data_source_uuids must be a list of strings, got bytearray", bytearray(1)),
        ("data_source_uuids must be a list of strings, got dict", {}),
        ("data_source_uuids must be a list of strings, got dict", {"source-1": 1}),
        ("data_source_uuids must be a list of strings, got NoneType", None),
        ("data_source_uuids must be a list of strings, got int", 5),
        ("each of data_source_uuids must be a string, got NoneType", ["a", None]),
        ("each of data_source_uuids must be a string, got int", ["a", 5]),
        ("each of data_source_uuids must be a string, got bytes", ["a", b"b"]),
        ("each of data_source_uuids must not be empty", ["a", ""]),
    ],
)
async def test_lists_of_ids(text: str, value: Any) -> None:
    """Anything else than a list of ids is refused by name, a string included."""
    assert text == await error_message(
        lambda client: client.indexing_jobs.create("kb-1", data_source_uuids=value)
    )


async def test_empty_id() -> None:
    """An empty id is refused."""
    assert "knowledge_base_uuid must not be empty" == await error_message(
        lambda client: client.indexing_jobs.create("")
    )
