"""Writing lists as Parquet."""

from __future__ import annotations

import io
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from gradient_async import ConfigurationError, IndexingJob
from gradient_async.cli.formats.parquet_format import write_parquet
from gradient_async.cli.rows import Row

from .samples import PARTIAL, PENDING, sheet_of, stream_of


async def test_types_of_columns(tmp_path: Path) -> None:
    """Times, numbers and flags have types, the same for every file; None is null."""
    path = tmp_path / "jobs.parquet"
    with path.open("w") as file:
        await write_parquet(
            stream_of(PARTIAL, PENDING, account="a"), file, sheet_of("a")
        )
    table = pq.read_table(path)
    partial, pending = table.to_pylist()

    assert ["account", "uuid"] == table.column_names[:2]
    assert ("a", 1_234_567, 125.25) == (
        partial["account"],
        partial["total_tokens"],
        partial["duration_seconds"],
    )
    assert datetime(2026, 10, 31, 8, 5, tzinfo=UTC) == partial["created_at"]
    assert (True, False) == (partial["is_finished"], pending["is_finished"])
    assert pending["created_at"] is None
    assert "timestamp[us, tz=UTC]" == str(table.schema.field("created_at").type)


async def test_rows_are_written_in_groups(tmp_path: Path) -> None:
    """No more than 10,000 rows are held in memory, and none is lost."""

    async def rows() -> AsyncIterator[Row[IndexingJob]]:
        for number in range(10_001):
            yield Row("", IndexingJob(uuid=str(number)))

    path = tmp_path / "jobs.parquet"
    with path.open("w") as file:
        await write_parquet(rows(), file, sheet_of(names=["uuid"]))
    groups = pq.ParquetFile(path)

    assert (2, 10_001) == (groups.num_row_groups, groups.metadata.num_rows)
    assert "10000" == groups.read()["uuid"][-1].as_py()


class Terminal(io.StringIO):
    """A file that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


async def test_not_to_a_terminal() -> None:
    """Bytes do not reach a terminal."""
    with pytest.raises(ConfigurationError, match="redirect the output to a file"):
        await write_parquet(stream_of(PARTIAL), Terminal(), sheet_of())


async def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(ConfigurationError, match=r"gradient-async\[parquet\]"):
        await write_parquet(stream_of(PARTIAL), io.StringIO(), sheet_of())
