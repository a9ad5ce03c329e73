"""Indexing jobs: what the description does not say of requests and results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from gradient_async import (
    JSON,
    DecodeError,
    IndexingJob,
    IndexingJobPhase,
    Page,
)
from tests.resources.canned_calls import decode_body, perform

JOB = {"uuid": "job-1", "phase": "BATCH_JOB_PHASE_PENDING"}
INDEXING_JOB = IndexingJob(uuid="job-1", phase=IndexingJobPhase.PENDING)
PATH = "/v2/gen-ai/indexing_jobs"


@pytest.mark.parametrize(
    ("expected", "uuids"),
    [({}, []), ({"data_source_uuids": ["b", "a"]}, iter(["b", "a"]))],
)
async def test_data_sources_to_index(
    expected: dict[str, Any], uuids: Iterable[str]
) -> None:
    """A start names the data sources in their order; none means all."""
    _, request = await perform(
        lambda client: client.indexing_jobs.create("kb-1", data_source_uuids=uuids)
    )

    assert {"knowledge_base_uuid": "kb-1"} | expected == decode_body(request)


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
    page, _ = await perform(
        lambda client: client.indexing_jobs.list_for_knowledge_base("kb-1"), body
    )

    assert expected == page


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
