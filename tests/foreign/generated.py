"""Requests that schemathesis generates from the official description."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs
import yaml

from gradient_async import Client
from gradient_async.emulator import Emulator, Fault, Window
from gradient_async.emulator.server.routes import ROUTES
from gradient_async.testing import run_in_background
from tests.foreign.description import select, set_examples
from tests.foreign.examples import Examples, create_examples

_FEWEST_CASES: Final = 2000
_CONFIG: Final = Path(__file__).with_name("schemathesis.toml")
_SERVED: Final = {route.operation_id for route in ROUTES}
_CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
_OPTIONS: Final = (
    "--seed=1",
    "--generation-database=none",
    # One by default; CPython 3.11 may fail to parse code in several threads at once,
    # as Hypothesis does (python/cpython#106905).
    "--workers=1",
    "--continue-on-failure",
    "--no-shrink",
    "--warnings=off",
    "--checks=" + ",".join(_CHECKS),
)
# Examples, then limits and mistakes at each place of a request, then random ones.
_ALL: Final = ("--phases=examples,coverage,fuzzing", "--max-examples=16")
_ONE: Final = ("--phases=examples", "--include-operation-id=genai_list_models")


@attrs.frozen
class Report:
    """What became of one run."""

    is_passed: bool
    cases: int
    accepted: dict[str, int]
    """How many cases succeeded, by operation."""
    output: str = attrs.field(repr=False)
    """The violations, as they are shown to a person."""


@attrs.frozen
class Target:
    """An emulator, and the description of what it serves."""

    api: Emulator
    description: Path

    def run(self, *options: str) -> Report:
        """Run schemathesis in the folder of the description, where it leaves files."""
        folder = self.description.parent
        command = [
            "schemathesis",
            f"--config-file={_CONFIG}",
            "run",
            self.description.name,
            f"--url={self.api.url}",
            f"--header=Authorization: Bearer {self.api.token}",
            "--report=json",
            "--report-json-path=report.json",
            *_OPTIONS,
            *options,
        ]
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False
        )
        report = json.loads((folder / "report.json").read_text())
        return Report(
            is_passed=done.returncode == 0,
            cases=report["test_cases"]["generated"],
            accepted={
                operation: sum(phase["accepted"] for phase in phases.values())
                for operation, phases in report["valid_rates"].items()
            },
            output=done.stdout,
        )


def check_generated(description: Path) -> None:
    """
    Send thousands of requests that fit the description, or do not.

    Every response must have a described status, content type, headers and schema, and
    each operation must accept requests, so that a successful response was checked.
    """
    with _open_target(description) as target:
        report = target.run(*_ALL)
        # Also those that schemathesis sends to learn what the server can do.
        statuses = {it.status for it in target.api.requests if it.status}
        target.api.fail(Fault(body=b'{"models": 5}', times=None))
        broken = target.run(*_ONE)

    assert report.is_passed, report.output
    assert report.cases >= _FEWEST_CASES, report
    assert len(_SERVED) == len(report.accepted)
    assert all(report.accepted.values()), report
    assert max(statuses) < 500, statuses
    # So that a run in which nothing is checked would be noticed.
    assert not broken.is_passed, broken.output
    print(
        f"schemathesis: {report.cases} cases of {len(report.accepted)} operations, "
        f"{sum(report.accepted.values())} accepted, no violation"
    )


@contextmanager
def _open_target(path: Path) -> Iterator[Target]:
    """Run an emulator, and write a description with examples that it has."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    description = select(yaml.load(path.read_text(), loader), _SERVED)
    # The limits are high: responses have the headers, and none is rejected.
    api = Emulator(jobs=60, speed=100.0, limits=[Window(1_000_000, 3600.0)])
    with run_in_background(api), tempfile.TemporaryDirectory() as folder:
        examples = asyncio.run(_create_examples(api))
        set_examples(description, examples.properties, examples.ids)
        prepared = Path(folder) / "description.json"
        # YAML reads some examples as dates.
        prepared.write_text(json.dumps(description, default=str))
        yield Target(api, prepared)


async def _create_examples(api: Emulator) -> Examples:
    async with Client(api.token, base_url=api.url) as client:
        return await create_examples(client)
