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
from tests.conformance.violations import Violations, validated_client
from tests.contract.extract import FACTS_PATH, extract
from tests.contract.facts import COVERED, find_operation
from tests.contract.scenario import run_scenario
from tests.support.operations import OPERATIONS

_JOBS: Final = 2000
# A job of two sources takes 18 seconds of the emulator's time.
_SPEED: Final = 60.0

# The items of this list are strings everywhere else in the description.
_MISTYPED: Final = "Request body property fallback_models.0 must be object"

# Requests that violate the description, by a word of Prism's complaint.
_INVALID: Final[Mapping[str, tuple[str, str, dict[str, Any]]]] = {
    "page": ("GET", "indexing_jobs", {"params": {"page": "one"}}),
    "days": ("POST", "scheduled-indexing", {"json": {"days": "monday"}}),
    "file_size": (
        "POST",
        "knowledge_bases/data_sources/file_upload_presigned_urls",
        {"json": {"files": [{"file_name": "notes.txt", "file_size": 3}]}},
    ),
}


async def check_facts(_: Path, description: Path) -> None:
    """The contract tests' facts are those of this description."""
    extracted = extract(description, OPERATIONS)

    assert extracted == FACTS_PATH.read_text(), (
        f"run python -m tests.contract.extract {description}"
    )
    print(f"facts: {len(extracted.splitlines())} lines, unchanged")


async def check_list(prism: Path, description: Path) -> None:
    """Stream all jobs through Prism: no request or response violates."""
    api = Emulator(jobs=_JOBS)
    async with validated_client(prism, description, api) as (client, violations):
        began = time.perf_counter()
        jobs = [job async for job in client.iter_indexing_jobs()]
        one = await client.indexing_jobs.get(jobs[0].uuid)
        seconds = time.perf_counter() - began

    assert list(api.job_uuids()) == [job.uuid for job in jobs]
    assert jobs[0] == one
    assert not violations.complaints, violations.complaints
    print(
        f"list: {len(jobs)} jobs in {violations.responses} responses and "
        f"{seconds:.1f} s, no violation"
    )


async def check_scenario(prism: Path, description: Path) -> None:
    """Call every operation with every argument: no violation."""
    api = Emulator(jobs=20)
    async with validated_client(prism, description, api) as (client, violations):
        await run_scenario(client, api)

    called = {find_operation(it.method, it.path).id for it in api.requests}
    assert COVERED.keys() == called
    assert {200} == {request.status for request in api.requests}
    assert len(api.requests) == violations.responses
    # The only departure that Prism can see, once: see `MISTYPED` of the contract.
    ((complaint, count),) = violations.complaints.items()
    assert _MISTYPED in complaint, complaint
    assert 1 == count
    print(
        f"scenario: {len(COVERED)} operations in {violations.responses} responses, "
        f"no violation but the known one"
    )


async def check_run(prism: Path, description: Path) -> None:
    """Upload, create, index and wait, with required arguments only: no violation."""
    api = Emulator(jobs=0, speed=_SPEED)
    async with validated_client(prism, description, api) as (client, violations):
        status = await _index_a_file(client)

    assert "completed" == status
    assert 1 == len(api.uploads)
    assert not violations.complaints, violations.complaints
    print(f"run: a file indexed in {violations.responses} responses, no violation")


async def _index_a_file(client: Client) -> str:
    """Create a knowledge base of a file and a bucket, and index it."""
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
    msg = "the emulator has no embedding model"
    raise AssertionError(msg)


async def check_violations_are_noticed(prism: Path, description: Path) -> None:
    """Prism reports invalid requests and responses, so the checks can fail."""
    api = Emulator(jobs=1)
    async with validated_client(prism, description, api) as (client, violations):
        for word, (method, path, arguments) in _INVALID.items():
            violations.complaints.clear()
            await _request(client, method, path, **arguments)
            _check_noticed(violations, word)
        violations.complaints.clear()
        api.fail(Fault(body=b'{"jobs": [{"total_tokens": 12}]}'))
        await _request(client, "GET", "indexing_jobs")
        _check_noticed(violations, "total_tokens")


async def _request(client: Client, method: str, path: str, **arguments: Any) -> None:
    """Send an invalid request, which the emulator may accept or refuse."""
    with suppress(StatusError):
        await client.request(method, f"/v2/gen-ai/{path}", **arguments)


def _check_noticed(violations: Violations, word: str) -> None:
    assert violations.complaints
    assert all(word in complaint for complaint in violations.complaints)
    print(f"invalid: {word} of another type is reported")


async def check_mock(prism: Path, description: Path) -> None:
    """Prism's mock repeats one page: its job is yielded once, then an error raised."""
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
            msg = "the repeated page was not noticed"
            raise AssertionError(msg)

    assert 1 == len(jobs)


async def main(prism: Path, description: Path) -> None:
    """Run the checks in turn."""
    for check in (
        check_facts,
        check_list,
        check_scenario,
        check_run,
        check_violations_are_noticed,
        check_mock,
    ):
        await check(prism, description)


asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
