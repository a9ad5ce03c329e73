"""An account with one knowledge base whose jobs respond as a test prescribes."""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypeAlias

from gradient_async import IndexingJob, KnowledgeBase
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.resources.canned_calls import create_client
from tests.support.virtual_time import now

BASE: Final = "/v2/gen-ai/knowledge_bases/kb-1/indexing_jobs"
JOBS: Final = "/v2/gen-ai/indexing_jobs"

HANG: Final = Response(status=599)
"""A placeholder for no response at all."""

Outcome: TypeAlias = Response | Exception
"""What a request results in."""

_KINDS: Final = {
    ("GET", "/v2/gen-ai/knowledge_bases/kb-1"): "base",
    ("GET", BASE): "list",
    ("POST", JOBS): "start",
    ("GET", f"{JOBS}/job-1"): "get",
    ("PUT", f"{JOBS}/job-1/cancel"): "cancel",
}


def job(phase: str = "PENDING", **facts: Any) -> Response:
    """Return a response with the job."""
    defaults = {"uuid": "job-1", "phase": f"BATCH_JOB_PHASE_{phase}"}
    return json_response({"job": defaults | facts})


def base(status: str = "ONLINE", **facts: Any) -> Response:
    """Return a response with the knowledge base and the state of its database."""
    fields = {"uuid": "kb-1"} | facts
    return json_response({"knowledge_base": fields, "database_status": status})


def jobs(*phases: str) -> Response:
    """Return a response with jobs of the knowledge base in these phases."""
    return json_response(
        {
            "jobs": [
                {"uuid": f"other-{number}", "phase": f"BATCH_JOB_PHASE_{phase}"}
                for number, phase in enumerate(phases)
            ]
        }
    )


def error_response(status: int, **headers: str) -> Response:
    """Return an error response."""
    return json_response({"id": "x", "message": "no"}, status=status, headers=headers)


class JobAccount:
    """
    Responds to each kind of request with the next of its outcomes, then the last.

    `requests` has each request's kind and its time, in seconds since the first.
    """

    def __init__(self, **outcomes: Outcome | list[Outcome]) -> None:
        self._outcomes: dict[str, list[Outcome]] = {
            kind: [*it] if isinstance(it, list) else [it]
            for kind, it in outcomes.items()
        }
        # A knowledge base that explains nothing: it is ready, and of an unknown age.
        self._outcomes.setdefault("base", [base()])
        self.transport = MemoryTransport(self._respond)
        self.requests: list[tuple[str, float]] = []
        self._started: float | None = None

    @property
    def kinds(self) -> list[str]:
        """The kind of each request, in order."""
        return [kind for kind, _ in self.requests]

    async def run(self, **options: Any) -> IndexingJob:
        """Start a job and wait for it."""
        async with create_client(self.transport) as client:
            return await client.indexing_jobs.run("kb-1", **options)

    async def cancel(self) -> IndexingJob:
        """Cancel the job."""
        async with create_client(self.transport) as client:
            return await client.indexing_jobs.cancel("job-1")

    async def wait_until_online(self, **options: Any) -> KnowledgeBase:
        """Wait for the database of the knowledge base."""
        async with create_client(self.transport) as client:
            return await client.knowledge_bases.wait_until_online("kb-1", **options)

    async def _respond(self, request: Request) -> Outcome:
        at = now()
        self._started = self._started or at
        kind = _KINDS[request.method, request.path]
        self.requests.append((kind, at - self._started))
        left = self._outcomes[kind]
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if outcome is HANG:
            await asyncio.Event().wait()
        return outcome
