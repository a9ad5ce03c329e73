"""Writing jobs as JSON, JSON lines and CSV."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator

import attrs
import pytest

from gradient_async import IndexedDataSource, IndexingJob
from gradient_async.cli.formats.csv_format import write_csv
from gradient_async.cli.formats.json_format import write_json, write_json_lines
from gradient_async.cli.formats.options import WRITERS, Format
from gradient_async.cli.rows import Row

from .samples import ODD, PARTIAL, PENDING, sheet_of, stream_of

TEXT_FORMATS: list[Format] = ["table", "json", "jsonl", "csv"]


class FlushRecorder(io.StringIO):
    """A file that records what has been flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed = ""

    def flush(self) -> None:
        """Record the text so far."""
        self.flushed = self.getvalue()


@pytest.mark.parametrize("output", TEXT_FORMATS)
async def test_rows_appear_as_they_arrive(output: Format) -> None:
    """In every format, each row is flushed before the next job is requested."""
    out = FlushRecorder()
    seen = []

    async def jobs() -> AsyncIterator[Row[IndexingJob]]:
        yield Row("", PARTIAL)
        seen.append(PARTIAL.uuid in out.flushed)
        yield Row("", PENDING)
        seen.append(PENDING.uuid in out.flushed)

    await WRITERS[output](jobs(), out, sheet_of())

    assert [True, True] == seen
    assert out.getvalue() == out.flushed


@pytest.mark.parametrize("output", TEXT_FORMATS)
async def test_an_early_failure_writes_nothing(output: Format) -> None:
    """Nothing is written before the first job: a failure is not an empty list."""
    out = io.StringIO()

    async def failing() -> AsyncIterator[Row[IndexingJob]]:
        raise TimeoutError
        yield PENDING

    with pytest.raises(TimeoutError):
        await WRITERS[output](failing(), out, sheet_of())

    assert "" == out.getvalue()


async def test_json_has_every_field() -> None:
    """JSON has what `to_dict` has: all fields of a job, and those derived."""
    out = io.StringIO()
    await write_json_lines(stream_of(PARTIAL), out, sheet_of())
    job = json.loads(out.getvalue())
    (source,) = job["data_source_jobs"]

    assert PARTIAL.to_dict() == job
    assert {field.name for field in attrs.fields(IndexingJob)} < job.keys()
    assert {field.name for field in attrs.fields(IndexedDataSource)} < source.keys()
    assert ["uuid", "knowledge_base_uuid", "phase"] == list(job)[:3]
    assert "2026-10-31T08:05:00Z" == job["created_at"]
    assert "partial" == job["status"]
    assert "failed" == source["status"]
    assert "Zugriff verwehrt: ü" == source["error_details"]


async def test_json_lines_are_one_job_each() -> None:
    """Undeclared values are written as received, and no value breaks a line."""
    out = io.StringIO()
    await write_json_lines(stream_of(PENDING, ODD), out, sheet_of())
    first, second = map(json.loads, out.getvalue().splitlines())

    assert PENDING.uuid == first["uuid"]
    assert first["created_at"] is None
    assert ODD.status == second["status"]


@pytest.mark.parametrize("jobs", [(), (PENDING,), (PENDING, PARTIAL, ODD)])
async def test_json_is_one_array(jobs: tuple[IndexingJob, ...]) -> None:
    """JSON is a single array, even without jobs."""
    out = io.StringIO()
    await write_json(stream_of(*jobs), out, sheet_of())

    assert [job.uuid for job in jobs] == [j["uuid"] for j in json.loads(out.getvalue())]


async def test_json_without_jobs() -> None:
    """An empty array is written as `[]` on one line."""
    out = io.StringIO()
    await write_json(stream_of(), out, sheet_of())

    assert "[]\n" == out.getvalue()


async def test_incomplete_json_is_invalid() -> None:
    """After an error the array stays open, so that no parser accepts it."""
    out = io.StringIO()

    async def failing() -> AsyncIterator[Row[IndexingJob]]:
        yield Row("", PENDING)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await write_json(failing(), out, sheet_of())

    assert not out.getvalue().rstrip().endswith("]")


async def test_csv_has_stable_columns() -> None:
    """CSV has a heading, flat columns, and an empty cell for each missing value."""
    out = io.StringIO()
    await write_csv(stream_of(PARTIAL, PENDING), out, sheet_of())
    expected = """\
uuid,knowledge_base_uuid,phase,status,\
created_at,updated_at,started_at,finished_at,duration_seconds,\
completed_datasources,total_datasources,total_tokens,is_report_available,\
is_finished,succeeded,data_source_count,failed_source_count,\
indexed_item_count,failed_item_count,error_msg,error_details,reason
26dc900f-0000-4000-8000-000000000001,99b37aca-0000-4000-8000-000000000002,\
succeeded,partial,\
2026-10-31T08:05:00Z,,2026-10-31T08:05:05Z,2026-10-31T08:07:10.250000Z,125.25,\
1,2,1234567,true,true,false,1,1,0,0,,Zugriff verwehrt: ü,Zugriff verwehrt: ü
8cf9ddd7-0000-4000-8000-000000000004,,\
pending,pending,,,,,,0,0,0,false,false,false,0,0,0,0,,,
"""

    assert expected == out.getvalue()


@pytest.mark.parametrize("output", TEXT_FORMATS)
async def test_columns_are_chosen(output: Format) -> None:
    """Only the columns named are written, in their order, after the account."""
    out = io.StringIO()
    rows = stream_of(PARTIAL, account="acme")
    await WRITERS[output](rows, out, sheet_of("acme", names=["status", "created_at"]))
    expected = {
        "table": "ACCOUNT  STATUS       CREATED\n"
        "acme     partial      2026-10-31T08:05:00Z\n",
        "json": '[\n{"account": "acme", "status": "partial", '
        '"created_at": "2026-10-31T08:05:00Z"}\n]\n',
        "jsonl": '{"account": "acme", "status": "partial", '
        '"created_at": "2026-10-31T08:05:00Z"}\n',
        "csv": "account,status,created_at\nacme,partial,2026-10-31T08:05:00Z\n",
    }

    assert expected[output] == out.getvalue()
