"""An account with one knowledge base, whose responses are scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from gradient_async.testing import MemoryTransport, Request, Response, json_response

BASE: Final = "/v2/gen-ai/knowledge_bases/kb-1/indexing_jobs"
JOBS: Final = "/v2/gen-ai/indexing_jobs"

HANG: Final = Response(status=599)
"""In place of a response: never respond."""

Told: TypeAlias = Response | Exception

_KINDS: Final = {
    ("GET", BASE): "list",
    ("POST", JOBS): "start",
    ("GET", f"{JOBS}/job-1"): "get",
    ("PUT", f"{JOBS}/job-1/cancel"): "cancel",
}


def job(phase: str = "PENDING", **facts: Any) -> Response:
    """Return a response with the job."""
    usual = {"uuid": "job-1", "phase": f"BATCH_JOB_PHASE_{phase}"}
    return json_response({"job": usual | facts})


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


def refused(status: int, **headers: str) -> Response:
    """Return an error response."""
    return json_response({"id": "x", "message": "no"}, status=status, headers=headers)


class JobAccount:
    """
    Responds to each kind of request with its next response, the last one repeatedly.

    `asked` has the kind of each request, and its time in seconds after the first one.
    """

    def __init__(self, **responses: Told | list[Told]) -> None:
        self._responses: Mapping[str, list[Told]] = {
            kind: [*it] if isinstance(it, list) else [it]
            for kind, it in responses.items()
        }
        self.transport = MemoryTransport(self._respond)
        self.asked: list[tuple[str, float]] = []
        self._began: float | None = None

    @property
    def kinds(self) -> list[str]:
        """The kinds of the requests, in order."""
        return [kind for kind, _ in self.asked]

    async def _respond(self, request: Request) -> Told:
        now = asyncio.get_running_loop().time()
        self._began = self._began or now
        kind = _KINDS[request.method, request.path]
        self.asked.append((kind, now - self._began))
        left = self._responses[kind]
        response = left.pop(0) if len(left) > 1 else left[0]
        if response is HANG:
            await asyncio.Event().wait()
        return response
