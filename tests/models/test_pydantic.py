"""Models in FastAPI and pydantic: valid as they are, serialized as by `to_dict`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter, ValidationError

from gradient_async import Page
from gradient_async.models import (
    APIObject,
    AWSDataSource,
    DatabaseStatus,
    DataSource,
    IndexingJob,
    IndexingJobStatus,
    KnowledgeBase,
    SpacesDataSource,
)
from tests.models.samples import ENUMS, SAMPLES
from tests.models.test_plain_values import JOB, OBJECTS


async def get(path: str) -> Any:
    """Return the JSON that the application sends for a path."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    # A GET has no body, so nothing is ever received.
    await APP(scope | {"headers": []}, asyncio.Queue[Any]().get, send)
    start, *parts = sent

    assert 200 == start["status"]
    return json.loads(b"".join(part["body"] for part in parts))


BASE = KnowledgeBase(name="Manuals", last_indexing_job=JOB)
PAGE = Page(items=(JOB, IndexingJob()), page=1, pages=3, total=6, has_next=True)
AWS = AWSDataSource(bucket_name="b", key_id="id", secret_key="hunter2")

APP = FastAPI()


@APP.get("/{name}")
async def bare(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201  (claim)
    """Return an object without any type."""
    return {"job": JOB, "jobs": [JOB], "base": BASE, "page": PAGE, "aws": AWS}[name]


@APP.get("/typed/job")
async def typed_job() -> IndexingJob:
    """Return a job, declared by the annotation."""
    return JOB


@APP.get("/typed/model", response_model=IndexingJob)
async def response_model() -> Any:
    """Return a job, declared as the response's model."""
    return JOB


@APP.get("/typed/jobs")
async def typed_jobs() -> list[IndexingJob]:
    """Return a list of jobs."""
    return [JOB]


@APP.get("/typed/base")
async def typed_base() -> KnowledgeBase:
    """Return a knowledge base."""
    return BASE


@APP.get("/typed/page")
async def typed_page() -> Page[IndexingJob]:
    """Return a page of jobs."""
    return PAGE


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        (JOB.to_dict(), "/job"),
        ([JOB.to_dict()], "/jobs"),
        (BASE.to_dict(), "/base"),
        (PAGE.to_dict(), "/page"),
        ({"bucket_name": "b", "region": "", "item_path": "", "kind": "aws"}, "/aws"),
        (JOB.to_dict(), "/typed/job"),
        (JOB.to_dict(), "/typed/model"),
        ([JOB.to_dict()], "/typed/jobs"),
        (BASE.to_dict(), "/typed/base"),
        (PAGE.to_dict(), "/typed/page"),
    ],
)
async def test_fastapi_returns_dicts(expected: Any, path: str) -> None:
    """FastAPI sends what `to_dict` returns, with a declared type and without."""
    assert expected == await get(path)


async def test_openapi() -> None:
    """FastAPI's description has a named schema of each model that a route returns."""
    page = await get("/openapi.json")
    schemas = page["components"]["schemas"]
    job = schemas["IndexingJob"]

    assert JOB.to_dict().keys() == job["properties"].keys() == set(job["required"])
    assert (
        "One run that reads a knowledge base's data sources into its index."
        == (job["description"])
    )
    assert {
        "type": "array",
        "items": {"$ref": "#/components/schemas/IndexedDataSource"},
    }
    assert (
        "#/components/schemas/IndexingJob"
        == (
            page["paths"]["/typed/job"]["get"]["responses"]["200"]["content"][
                "application/json"
            ]["schema"]["$ref"]
        )
    )


def test_schemas_of_fields() -> None:
    """A schema has the types of the dict: strings, times, lists, other schemas."""
    schema = TypeAdapter(IndexingJob).json_schema(mode="serialization")
    fields = {name: dict(it) for name, it in schema["properties"].items()}
    for field in fields.values():
        field.pop("title", None)

    assert {"type": "string"} == fields["uuid"]
    assert {"type": "integer"} == fields["total_tokens"]
    assert {"type": "boolean"} == fields["succeeded"]
    assert {"anyOf": [{"type": "number"}, {"type": "null"}]} == (
        fields["duration_seconds"]
    )
    assert {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]
    } == fields["created_at"]
    assert {"items": {"type": "string"}, "type": "array"} == fields["data_source_uuids"]
    assert {"items": {"$ref": "#/$defs/IndexedDataSource"}, "type": "array"} == (
        fields["data_source_jobs"]
    )
    assert "string" == fields["status"]["type"]
    assert [it.short_name for it in IndexingJobStatus] == fields["status"]["examples"]


@pytest.mark.parametrize("sample", OBJECTS.values(), ids=lambda it: type(it).__name__)
def test_every_model(sample: APIObject) -> None:
    """Pydantic accepts each model; its schema and output match `to_dict`."""
    adapter: TypeAdapter[Any] = TypeAdapter(type(sample))
    content = sample.to_dict()

    assert sample is adapter.validate_python(sample)
    assert content == adapter.dump_python(sample)
    assert content == json.loads(adapter.dump_json(sample))
    for mode in ("validation", "serialization"):
        schema = adapter.json_schema(mode=mode)
        assert content.keys() == schema["properties"].keys()


@pytest.mark.parametrize("kind", [IndexingJob, DataSource, Page[IndexingJob], Page])
@pytest.mark.parametrize("value", [None, "x", {}, JOB.to_dict(), SAMPLES])
def test_other_objects_are_invalid(kind: Any, value: object) -> None:
    """Only an object of the class is valid."""
    with pytest.raises(ValidationError, match="Input should be an instance of"):
        TypeAdapter(kind).validate_python(value)


class Report(BaseModel):
    """A user's own model that contains ours."""

    job: IndexingJob
    status: IndexingJobStatus
    source: DataSource
    page: Page[IndexingJob] | None = None


def test_inside_of_other_models() -> None:
    """Models and enums are written the same inside a user's model."""
    source = SpacesDataSource(bucket_name="b")
    report = Report(job=JOB, status=JOB.status, source=source, page=PAGE)

    assert {
        "job": JOB.to_dict(),
        "status": "partial",
        "source": source.to_dict(),
        "page": PAGE.to_dict(),
    } == json.loads(report.model_dump_json())


def test_pages_of_anything() -> None:
    """A page's schema has the type of its items, if it is annotated."""
    typed = TypeAdapter(Page[IndexingJob]).json_schema(mode="serialization")
    bare = TypeAdapter(Page).json_schema(mode="serialization")

    assert {"$ref": "#/$defs/IndexingJob"} == typed["properties"]["items"]["items"]
    assert {} == bare["properties"]["items"]["items"]


@pytest.mark.parametrize("kind", ENUMS)
def test_enums(kind: Any) -> None:
    """Short names, wire values and members are valid, and short names written."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    for member in kind:
        for value in (member, member.value, member.short_name):
            assert member is adapter.validate_python(value)
        assert member.short_name == adapter.dump_python(member)
    names = [member.short_name for member in kind]

    assert {"type": "string", "examples": names} == adapter.json_schema()


def test_unknown_enum_values() -> None:
    """An unknown member is valid, and written as it was received."""
    adapter: TypeAdapter[Any] = TypeAdapter(DatabaseStatus)
    member = DatabaseStatus("TOMORROW")

    assert member is adapter.validate_python(member)
    assert "TOMORROW" == adapter.dump_python(member)


@pytest.mark.parametrize("value", ["tomorrow", "", 5, None])
def test_invalid_enum_values(value: object) -> None:
    """Other values are rejected with pydantic's own error."""
    with pytest.raises(ValidationError):
        TypeAdapter(IndexingJobStatus).validate_python(value)
