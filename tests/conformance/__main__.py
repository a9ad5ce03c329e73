"""Run all checks: `python -m tests.conformance PRISM DESCRIPTION`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gradient_async import Client, PaginationError, SpacesDataSource, StatusError
from gradient_async.emulator import Emulator, Fault
from tests.conformance.prism import run_prism
from tests.conformance.violations import Violations, watched_client
from tests.contract.draw import FACTS, draw
from tests.contract.facts import COVERED, find_operation
from tests.contract.story import tell

_JOBS: Final = 2000
# A job of two sources takes 18 seconds of the emulator's time.
_SPEED: Final = 60.0

# Requests that the description forbids, by the word that Prism complains of.
_WRONG: Final[Mapping[str, tuple[str, str, dict[str, Any]]]] = {
    "page": ("GET", "indexing_jobs", {"params": {"page": "one"}}),
    "days": ("POST", "scheduled-indexing", {"json": {"days": "monday"}}),
    "file_size": (
        "POST",
        "knowledge_bases/data_sources/file_upload_presigned_urls",
        {"json": {"files": [{"file_name": "notes.txt", "file_size": 3}]}},
    ),
}


async def check_facts(_: Path, description: Path) -> None:
    """The facts that the contract stands on are those of this description."""
    drawn = draw(description)

    assert drawn == FACTS.read_text(), (
        f"run python -m tests.contract.draw {description}"
    )
    print(f"facts: {len(drawn.splitlines())} lines, as they were drawn last")


async def check_list(prism: Path, description: Path) -> None:
    """Stream through Prism's proxy to the emulator: no violation either way."""
    api = Emulator(jobs=_JOBS)
    async with watched_client(prism, description, api) as (client, violations):
        began = time.perf_counter()
        jobs = [job async for job in client.iter_indexing_jobs()]
        one = await client.indexing_jobs.get(jobs[0].uuid)
        seconds = time.perf_counter() - began

    assert list(api.job_uuids()) == [job.uuid for job in jobs]
    assert jobs[0] == one
    assert not violations.found, violations.found
    print(
        f"list: {len(jobs)} jobs in {violations.answers} answers and {seconds:.1f} s, "
        f"no violation"
    )


async def check_story(prism: Path, description: Path) -> None:
    """Call every operation with every argument: no violation either way."""
    api = Emulator(jobs=20)
    async with watched_client(prism, description, api) as (client, violations):
        await tell(client, api)

    called = {find_operation(it.method, it.path).id for it in api.requests}
    assert COVERED.keys() == called
    assert {200} == {request.status for request in api.requests}
    assert len(api.requests) == violations.answers
    assert not violations.found, violations.found
    print(
        f"story: {len(COVERED)} operations in {violations.answers} answers, "
        f"no violation"
    )


async def check_run(prism: Path, description: Path) -> None:
    """Upload, make, index and wait, with no argument too many: no violation."""
    api = Emulator(jobs=0, speed=_SPEED)
    async with watched_client(prism, description, api) as (client, violations):
        status = await _index_a_file(client)

    assert "completed" == status
    assert 1 == len(api.uploads)
    assert not violations.found, violations.found
    print(f"run: a file was indexed in {violations.answers} answers, no violation")


async def _index_a_file(client: Client) -> str:
    """Make a knowledge base of a file and a bucket, and wait for its index."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "handbook.txt"
        path.write_text("Lorem ipsum.")
        file = await client.data_sources.upload(path)
    async for model in client.models.list(usecases=["knowledgebase"]):
        base = await client.knowledge_bases.create(
            "Handbook",
            embedding_model_uuid=model.uuid,
            region="tor1",
            data_sources=[file, SpacesDataSource(bucket_name="bucket")],
        )
        return (await client.indexing_jobs.run(base.uuid)).status.name.lower()
    msg = "there is no model that embeds"
    raise AssertionError(msg)


async def check_that_prism_would_tell(prism: Path, description: Path) -> None:
    """Requests and answers that break the description are noticed: checks can fail."""
    api = Emulator(jobs=1)
    async with watched_client(prism, description, api) as (client, violations):
        for word, (method, path, given) in _WRONG.items():
            violations.found.clear()
            await _try(client, method, path, **given)
            _check_noticed(violations, word)
        violations.found.clear()
        api.fail(Fault(body=b'{"jobs": [{"total_tokens": 12}]}'))
        await _try(client, "GET", "indexing_jobs")
        _check_noticed(violations, "total_tokens")


async def _try(client: Client, method: str, path: str, **given: Any) -> None:
    """Send what the emulator may refuse as well, or be lenient with."""
    with suppress(StatusError):
        await client.request(method, f"/v2/gen-ai/{path}", **given)


def _check_noticed(violations: Violations, word: str) -> None:
    assert violations.found
    assert all(word in complaint for complaint in violations.found)
    print(f"wrong: {word} of another type is noticed")


async def check_mock(prism: Path, description: Path) -> None:
    """Prism's mock repeats one page for ever: its job comes once, then an error."""
    jobs = []
    async with (
        run_prism(prism, "mock", str(description)) as url,
        Client("any-token", base_url=url) as client,
    ):
        try:
            async for job in client.iter_indexing_jobs():
                jobs.append(job)
        except PaginationError as error:
            print(f"mock: {len(jobs)} job, then {type(error).__name__}: {error}")
        else:
            msg = "the repeated page went unnoticed"
            raise AssertionError(msg)

    assert 1 == len(jobs)


async def main(prism: Path, description: Path) -> None:
    """Run the checks one after the other."""
    for check in (
        check_facts,
        check_list,
        check_story,
        check_run,
        check_that_prism_would_tell,
        check_mock,
    ):
        await check(prism, description)


asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
