"""Texts of a server are nothing but text, in each listing and each format."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from typing import TypeAlias

import attrs
import pytest

from gradient_async.cli.columns import Listing
from gradient_async.cli.commands.knowledge_bases import write_chunk
from gradient_async.cli.formats.options import Format, OutputOptions
from gradient_async.cli.knowledge_base_details import write_base
from gradient_async.cli.listings.chunks import CHUNKS
from gradient_async.cli.listings.data_sources import DATA_SOURCES, UPLOADS
from gradient_async.cli.listings.knowledge_bases import KNOWLEDGE_BASES, NamedBase
from gradient_async.cli.listings.schedules import SCHEDULES
from gradient_async.cli.rows import iterate
from gradient_async.models import (
    DatabaseStatus,
    FileUploadDataSource,
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobStatus,
    KnowledgeBase,
    KnowledgeBaseDataSource,
    RetrievedChunk,
    ScheduledIndexing,
    WebCrawlerDataSource,
)

HOSTILE = [
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m\x90\x9c",
    "\u202ereversed\u2066",
    "two\r\nlines\v\f\x85\u2028",
    "\x00\x08\x7f",
    "[red]markup[/red] :warning:",
    '=HYPERLINK("https://evil.example")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    '"quoted", with commas',
    "x" * 5000,
    "\u202e=1",
]


def texts(kind: type, text: str) -> dict[str, str]:
    """Return the text for each field of a class that is a text."""
    return {it.name: text for it in attrs.fields(kind) if it.type in {str, "str"}}


def base(text: str) -> NamedBase:
    """Return a knowledge base with a text wherever there can be one."""
    job = IndexingJob(uuid=text, status=IndexingJobStatus(text))
    found = KnowledgeBase(
        **texts(KnowledgeBase, text),  # type: ignore[arg-type]  # only texts
        tags=(text,),
        database_status=DatabaseStatus(text),
        last_indexing_job=job,
    )
    return NamedBase(found, text)


def source(text: str) -> KnowledgeBaseDataSource:
    """Return a data source with a text wherever there can be one."""
    job = IndexedDataSource(
        status=IndexedDataSourceStatus(text), error_msg=text, error_details=text
    )
    return KnowledgeBaseDataSource(
        uuid=text,
        source=WebCrawlerDataSource(base_url=text),
        last_datasource_indexing_job=job,
    )


def chunk(text: str) -> RetrievedChunk:
    """Return a chunk with a text wherever there can be one."""
    return RetrievedChunk(text_content=text, metadata={text: [text]})


Writer: TypeAlias = Callable[[str, Format], object]


def list_with(listing: Listing[object], build: Callable[[str], object]) -> Writer:
    """Return what writes a listing of one item."""

    def write(text: str, output: Format) -> None:
        rows = iterate([build(text)])
        asyncio.run(OutputOptions(format=output).write(rows, listing))

    return write


WRITERS: dict[str, Writer] = {
    "knowledge bases": list_with(KNOWLEDGE_BASES, base),  # type: ignore[arg-type]
    "data sources": list_with(DATA_SOURCES, source),  # type: ignore[arg-type]
    "chunks": list_with(CHUNKS, chunk),  # type: ignore[arg-type]
    "uploads": list_with(
        UPLOADS,  # type: ignore[arg-type]
        lambda text: FileUploadDataSource(**texts(FileUploadDataSource, text)),  # type: ignore[arg-type]
    ),
    "schedules": list_with(
        SCHEDULES,  # type: ignore[arg-type]
        lambda text: ScheduledIndexing(**texts(ScheduledIndexing, text)),  # type: ignore[arg-type]
    ),
    "one knowledge base": lambda text, _: write_base(base(text), [source(text)]),
    "one chunk": lambda text, _: write_chunk(1, chunk(text)),
}


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize("writer", WRITERS)
def test_texts_are_nothing_but_text(
    writer: str, output: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    """No control character reaches a terminal, and no formula a spreadsheet."""
    for text in HOSTILE:
        WRITERS[writer](text, output)
        out = capsys.readouterr().out

        assert out
        assert out.replace("\n", "").isprintable()
        if output == "csv" and not writer.startswith("one"):
            cells = [cell for row in csv.reader(io.StringIO(out)) for cell in row]
            formulas = [it for it in cells if it.startswith(("=", "+", "-", "@"))]
            assert [] == formulas


def test_a_table_has_a_line_for_each_item(capsys: pytest.CaptureFixture[str]) -> None:
    """A text cannot start a line of its own in a table."""
    for text in HOSTILE:
        WRITERS["knowledge bases"](text, "table")

        assert 2 == len(capsys.readouterr().out.splitlines())
