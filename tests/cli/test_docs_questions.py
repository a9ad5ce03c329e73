"""Each question on the page about the command takes one command, as it shows."""

from __future__ import annotations

import asyncio
import re
import shlex

import pytest

from gradient_async import Client
from gradient_async.cli.application import run
from gradient_async.emulator import Emulator
from gradient_async.models import SpacesDataSource
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import run_in_background

from .terminal import plain_lines
from .test_docs_management import sessions

# How long the jobs take is up to this machine.
TIMES = re.compile(r"(?<=T12:0)\d:\d\d|\d:\d\d:\d\d")

# Of the progress, only the end is certain; of a report, only the first table is shown.
PARTS = {"watch": slice(-1, None), "report": slice(7)}
OUTCOMES = {"watch": 6, "index": 6}


async def start_job(api: Emulator) -> None:
    """Create the knowledge base of the page, one source of which fails; index it."""
    async with Client(api.token, base_url=api.url) as client:
        models = await client.models.list(usecases="knowledgebase")
        base = await client.knowledge_bases.create(
            "handbook",
            region="tor1",
            embedding_model_uuid=models.items[0].uuid,
            data_sources=[
                SpacesDataSource(bucket_name=name, region="tor1")
                for name in ("guides", "archive")
            ],
        )
        for source, error in zip(
            api.data_sources(base.uuid), ("timeout", ""), strict=True
        ):
            details = "the bucket was too slow" if error else ""
            api.plan_source(
                str(source["uuid"]), seconds=1, error_msg=error, error_details=details
            )
        await client.indexing_jobs.create(base.uuid)


@pytest.mark.usefixtures("page_terminal")
def test_each_question_is_one_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command prints what the page shows, and exits with the job's outcome."""
    commands = [*sessions("Six questions, six commands")]
    api = Emulator(accounts=2, database_seconds=0, auto_index=False)
    with run_in_background(api) as running:
        asyncio.run(start_job(api))
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], api.token)
        for command, shown in commands:
            words = shlex.split(command)
            name = words[words[0] == "jobs"]
            assert OUTCOMES.get(name, 0) == run(words), command
            captured = capsys.readouterr()
            written = plain_lines(captured.out or captured.err)
            part = PARTS.get(name, slice(None))
            expected = [TIMES.sub("*", line) for line in shown[part]]
            lines = [TIMES.sub("*", line) for line in written[part]]
            pairs = zip(lines, expected, strict=True)
            assert expected == [line[: len(sample)] for line, sample in pairs]

    assert 6 == len(commands)
