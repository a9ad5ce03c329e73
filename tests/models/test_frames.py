"""Rows of jobs in data frames and files, with datetimes."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]  # has no types
import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from gradient_async.models import IndexingJob
from tests.models.test_plain_values import JOB, ROW, START

JOBS = [JOB, IndexingJob(uuid="job-2", created_at=START + timedelta(days=1))]
ROWS = [job.to_row() for job in JOBS]


def test_data_frames() -> None:
    """A data frame of rows has datetimes in UTC, numbers, and booleans."""
    frame = pd.DataFrame(ROWS)
    created_at = frame["created_at"]

    assert list(ROW) == list(frame.columns)
    assert isinstance(frame.dtypes["created_at"], pd.DatetimeTZDtype)
    assert isinstance(frame.dtypes["finished_at"], pd.DatetimeTZDtype)
    assert "UTC" == str(created_at.dt.tz)
    assert timedelta(days=1, seconds=1) == created_at.max() - created_at.min()
    assert "float64" == frame.dtypes["duration_seconds"]
    assert "int64" == frame.dtypes["total_tokens"]
    assert "bool" == frame.dtypes["succeeded"]
    assert 90.5 == frame["duration_seconds"].quantile(0.95)


def test_csv_files() -> None:
    """A CSV file has a column for each key, and times as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    text.seek(0)
    first, second = csv.DictReader(text)

    assert list(ROW) == list(first)
    assert ("partial", "90.5", "2026-03-01 12:00:00+00:00") == (
        first["status"],
        first["duration_seconds"],
        first["started_at"],
    )
    assert ("job-2", "") == (second["uuid"], second["started_at"])


def test_parquet_files(tmp_path: Path) -> None:
    """A Parquet file keeps the rows as they are, times with their zone."""
    path = tmp_path / "jobs.parquet"
    table = pa.Table.from_pylist(ROWS)
    pq.write_table(table, path)
    back = pq.read_table(path)

    assert pa.timestamp("us", tz="UTC") == back.schema.field("created_at").type
    assert ROWS == back.to_pylist()
