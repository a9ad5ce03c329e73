"""Models as plain values: dicts, JSON, and every field by name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from gradient_async.codec import Codec, make_converter
from gradient_async.models import (
    APIObject,
    AWSDataSource,
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    CrawlingOption,
    DropboxDataSource,
    DropboxDataSourceDisplay,
    FileUploadDataSource,
    GoogleDriveDataSource,
    GoogleDriveDataSourceDisplay,
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    KnowledgeBase,
    KnowledgeBaseDataSource,
    Model,
    ModelPricing,
    SpacesDataSource,
    UnknownDataSource,
    WebCrawlerDataSource,
)
from gradient_async.models.base import to_plain
from tests.models.samples import MODELS, SAMPLES
from tests.support.copies import copies_of
from tests.support.responses import (
    IndexingJobsResponse,
)
from tests.support.shapes import NEW_JOB, OLD_JOB

OBJECTS = {kind: it for kind, it in SAMPLES.items() if isinstance(it, APIObject)}
"""A sample of each public model."""

EACH = pytest.mark.parametrize("sample", OBJECTS.values(), ids=lambda it: str(type(it)))

SECRETS = {
    (AWSDataSource, "key_id"),
    (AWSDataSource, "secret_key"),
    (DropboxDataSource, "refresh_token"),
    (GoogleDriveDataSource, "refresh_token"),
}
"""Fields that `to_dict` leaves out, beside presigned URLs."""

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

JOB = IndexingJob(
    uuid="job-1",
    knowledge_base_uuid="base-1",
    phase=IndexingJobPhase.SUCCEEDED,
    status=IndexingJobStatus.PARTIAL,
    created_at=START - timedelta(seconds=1),
    started_at=START,
    finished_at=START + timedelta(seconds=90, microseconds=500_000),
    total_datasources=3,
    completed_datasources=3,
    total_tokens=1200,
    data_source_uuids=("source-1", "source-2", "source-3"),
    data_source_jobs=(
        IndexedDataSource(data_source_uuid="source-1", indexed_item_count=5),
        IndexedDataSource(
            data_source_uuid="source-2", indexed_item_count=2, failed_item_count=3
        ),
        IndexedDataSource(
            data_source_uuid="source-3",
            status=IndexedDataSourceStatus.FAILED,
            error_msg="ERR_FETCH",
            error_details="the bucket is gone",
        ),
    ),
)


def field_names(kind: type) -> set[str]:
    """Return the names of a model's fields."""
    return {field.name for field in attrs.fields(kind)}


def test_every_model_has_plain_values() -> None:
    """Every model is an `APIObject`, unless it is only part of a response."""
    others = [kind for kind in MODELS if not issubclass(kind, APIObject)]
    lists = {"Links", "ListResponse", "Meta", "PageLinks"}

    records = {"DataSourceRecord", "KnowledgeBaseDetails", "RetrievalResponse"}
    assert lists | records == {kind.__name__ for kind in others}


@EACH
def test_dicts_are_json(sample: APIObject) -> None:
    """`json.dumps` accepts each dict, and `to_json` equals it, in both vocabularies."""
    for wire in (False, True):
        content = sample.to_dict(wire=wire)

        assert content == json.loads(json.dumps(content, allow_nan=False))
        assert content == json.loads(sample.to_json(wire=wire))
        assert "\n" not in sample.to_json(wire=wire)


@EACH
def test_dicts_have_every_field(sample: APIObject) -> None:
    """A dict has each field, set or not, except secrets."""
    kind = type(sample)
    secrets = {
        name
        for name in field_names(kind)
        if (kind, name) in SECRETS or name == "presigned_url"
    }

    assert field_names(kind) - secrets == sample.to_dict().keys() & field_names(kind)
    assert secrets.isdisjoint(sample.to_dict())


def test_jobs() -> None:
    """A job's dict has short names, RFC 3339 times, lists, and derived properties."""
    content = JOB.to_dict()
    sources: Any = content["data_source_jobs"]

    assert {
        "uuid": "job-1",
        "knowledge_base_uuid": "base-1",
        "phase": "succeeded",
        "status": "partial",
        "created_at": "2026-03-01T11:59:59Z",
        "updated_at": None,
        "started_at": "2026-03-01T12:00:00Z",
        "finished_at": "2026-03-01T12:01:30.500000Z",
        "completed_datasources": 3,
        "total_datasources": 3,
        "total_tokens": 1200,
        "tokens": 0,
        "is_report_available": False,
        "data_source_uuids": ["source-1", "source-2", "source-3"],
        "data_source_jobs": sources,
        "total_items_indexed": 0,
        "total_items_failed": 0,
        "total_items_skipped": 0,
        "is_running": False,
        "is_finished": True,
        "succeeded": False,
        "is_partial": True,
        "duration_seconds": 90.5,
    } == content
    assert "uuid" == next(iter(content))
    assert [False, True, True] == [source["has_failures"] for source in sources]
    assert ["unknown", "unknown", "failed"] == [source["status"] for source in sources]
    assert "ERR_FETCH" == sources[2]["error_msg"]
    assert "data_source_uuid" == next(iter(sources[0]))


def test_wire_values() -> None:
    """On request, enums are the API's own values, nested ones too."""
    content: Any = JOB.to_dict(wire=True)

    assert "BATCH_JOB_PHASE_SUCCEEDED" == content["phase"]
    assert "INDEX_JOB_STATUS_PARTIAL" == content["status"]
    assert "DATA_SOURCE_STATUS_FAILED" == content["data_source_jobs"][2]["status"]


@pytest.mark.parametrize("wire", [False, True])
def test_unknown_enum_values(wire: bool) -> None:
    """An enum value that this version does not know is written as the API sent it."""
    job = IndexingJob(status=IndexingJobStatus("INDEX_JOB_STATUS_NEW"))

    assert "INDEX_JOB_STATUS_NEW" == job.to_dict(wire=wire)["status"]


def test_nested_objects() -> None:
    """A knowledge base's dict contains its job's dict, or None without a job."""
    assert (
        JOB.to_dict()
        == KnowledgeBase(last_indexing_job=JOB).to_dict()["last_indexing_job"]
    )
    assert KnowledgeBase().to_dict()["last_indexing_job"] is None


@pytest.mark.parametrize(
    ("expected", "source"),
    [
        ("spaces", SpacesDataSource()),
        ("web_crawler", WebCrawlerDataSource()),
        ("file_upload", FileUploadDataSource()),
        ("aws", AWSDataSource()),
        ("aws", AWSDataSourceDisplay()),
        ("dropbox", DropboxDataSource()),
        ("dropbox", DropboxDataSourceDisplay()),
        ("google_drive", GoogleDriveDataSource()),
        ("google_drive", GoogleDriveDataSourceDisplay()),
        ("unknown", UnknownDataSource()),
    ],
)
def test_kinds_of_sources(expected: str, source: Any) -> None:
    """The dict of a data source names its kind."""
    content: Any = KnowledgeBaseDataSource(source=source).to_dict()

    assert expected == source.kind == content["source"]["kind"]


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (None, None),
        (True, True),
        (5, 5),
        (0.5, 0.5),
        (None, float("nan")),
        (None, float("inf")),
        (None, float("-inf")),
        ("x", "x"),
        ("path", CrawlingOption.PATH),
        ("TOMORROW", CrawlingOption("TOMORROW")),
        ("PATH", ChunkingAlgorithm(CrawlingOption.PATH)),
        ("2026-03-01T12:00:00Z", START),
        (
            "2026-03-01T12:00:00+05:45",
            START.replace(tzinfo=timezone(timedelta(minutes=345))),
        ),
        ([1, [2]], (1, [2])),
        ({"a": [None]}, {"a": (float("nan"),)}),
        ({"max": 0}, {"max": 0}),
    ],
)
def test_plain_values(expected: object, value: object) -> None:
    """Each value of a field has one plain form, whose type is exactly a JSON type."""
    plain = to_plain(value)

    assert expected == plain
    assert type(expected) is type(plain)


def test_values_without_a_plain_form() -> None:
    """A value that JSON cannot represent is rejected, and its type is named."""
    with pytest.raises(TypeError, match=r"^timedelta has no JSON form$"):
        to_plain(timedelta(1))


def test_numbers_that_json_cannot_represent() -> None:
    """A number that is not finite is None, in free JSON as well."""
    model = Model(
        benchmark_score={"mteb": float("nan")},
        pricing=ModelPricing(price_per_image=float("inf")),
    )
    content: Any = model.to_dict()

    assert {"mteb": None} == content["benchmark_score"]
    assert content["pricing"]["price_per_image"] is None


def test_text_is_not_escaped() -> None:
    """Letters of any alphabet are written unescaped."""
    assert '"name":"Ärger 漢字 🐈"' in KnowledgeBase(name="Ärger 漢字 🐈").to_json()


@EACH
def test_vars_has_every_field(sample: Any) -> None:
    """`vars` has each field, however the object was created."""
    copies = copies_of(sample, first_protocol=2)
    for each in [sample, attrs.evolve(sample), *copies]:
        assert field_names(type(each)) == vars(each).keys()
        assert vars(sample) == vars(each)
        assert attrs.asdict(each, recurse=False) == vars(each)


@pytest.mark.parametrize("codec", [Codec(), Codec(make_converter())])
@pytest.mark.parametrize("document", [{}, NEW_JOB, OLD_JOB])
def test_vars_of_decoded_jobs(codec: Codec, document: dict[str, Any]) -> None:
    """`vars` has each field of a job, whatever the response left out."""
    body = json.dumps({"jobs": [document]}).encode()
    (job,) = codec.decode(body, IndexingJobsResponse).jobs

    parts: list[Any] = [job, *job.data_source_jobs]
    for it in parts:
        assert field_names(type(it)) == vars(it).keys()
        assert attrs.asdict(it, recurse=False) == vars(it)


def test_vars_is_a_copy() -> None:
    """Changing what `vars` returned does not change the object."""
    job = IndexingJob(uuid="a", total_items_failed=7)
    vars(job).update(uuid="b", total_items_failed=8)

    assert ("a", 7) == (job.uuid, job.total_items_failed)


def test_dict_is_short_for_to_dict() -> None:
    """`dict`, `**` and `[...]` have what `to_dict` has, and no secrets."""
    source: Any = AWSDataSource(bucket_name="b", key_id="id", secret_key="key")

    assert JOB.to_dict() == dict(JOB)
    assert {**JOB.to_dict(), "customer": "acme"} == {**JOB, "customer": "acme"}
    assert "partial" == JOB["status"]
    for name in ("secret_key", "keys", "nonsense", 0):
        with pytest.raises(KeyError, match=repr(name)):
            source[name]


def test_objects_are_not_iterable() -> None:
    """An object is not iterable, and iterating over it is a TypeError."""
    job: Any = JOB

    assert not isinstance(job, Iterable)
    with pytest.raises(TypeError, match="'IndexingJob' object is not iterable"):
        iter(job)


ROW = {
    "uuid": "job-1",
    "knowledge_base_uuid": "base-1",
    "phase": "succeeded",
    "status": "partial",
    "created_at": START - timedelta(seconds=1),
    "updated_at": None,
    "started_at": START,
    "finished_at": START + timedelta(seconds=90, microseconds=500_000),
    "duration_seconds": 90.5,
    "completed_datasources": 3,
    "total_datasources": 3,
    "total_tokens": 1200,
    "is_report_available": False,
    "is_finished": True,
    "succeeded": False,
    "data_source_count": 3,
    "failed_source_count": 2,
    "indexed_item_count": 7,
    "failed_item_count": 3,
    "error_msg": "ERR_FETCH",
    "error_details": "the bucket is gone",
}
"""The row of the job above."""


def test_rows() -> None:
    """A row is flat, with datetimes, and with the error of a failed source."""
    assert ROW == JOB.to_row()
    assert list(ROW) == list(JOB.to_row())


def test_rows_of_empty_jobs() -> None:
    """An empty job has the same columns, in the same order."""
    row = IndexingJob().to_row()

    assert list(ROW) == list(row)
    assert ("unknown", None, None, 0, None) == (
        row["status"],
        row["created_at"],
        row["duration_seconds"],
        row["failed_source_count"],
        row["error_msg"],
    )


def test_rows_are_in_utc() -> None:
    """Each time of a row is in UTC, whatever offset the server wrote."""
    local = START.astimezone(timezone(timedelta(hours=2)))
    created_at: Any = IndexingJob(created_at=local).to_row()["created_at"]

    assert START == created_at
    assert UTC is created_at.tzinfo


def test_rows_have_details_without_a_code() -> None:
    """A failure that has only a description is in the row too."""
    job = IndexingJob(
        data_source_jobs=(
            IndexedDataSource(failed_item_count=1),
            IndexedDataSource(error_details="first"),
            IndexedDataSource(error_msg="second"),
        )
    )

    assert (None, "first") == (
        job.to_row()["error_msg"],
        job.to_row()["error_details"],
    )
