"""An account with one knowledge base, which answers about its jobs as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from gradient_async.testing import MemoryTransport, Request, Response, json_response

BASE: Final = "/v2/gen-ai/knowledge_bases/kb-1/indexing_jobs"
JOBS: Final = "/v2/gen-ai/indexing_jobs"

HANG: Final = Response(status=599)
"""In place of an answer: say nothing, for ever."""

Told: TypeAlias = Response | Exception

_KINDS: Final = {
    ("GET", BASE): "list",
    ("POST", JOBS): "start",
    ("GET", f"{JOBS}/job-1"): "get",
    ("PUT", f"{JOBS}/job-1/cancel"): "cancel",
}


def job(phase: str = "PENDING", **facts: Any) -> Response:
    """Answer with the job."""
    usual = {"uuid": "job-1", "phase": f"BATCH_JOB_PHASE_{phase}"}
    return json_response({"job": usual | facts})


def jobs(*phases: str) -> Response:
    """Answer with the jobs of the knowledge base, each in its phase."""
    return json_response(
        {
            "jobs": [
                {"uuid": f"other-{number}", "phase": f"BATCH_JOB_PHASE_{phase}"}
                for number, phase in enumerate(phases)
            ]
        }
    )


def refused(status: int, **headers: str) -> Response:
    """Answer with an error."""
    return json_response({"id": "x", "message": "no"}, status=status, headers=headers)


class JobAccount:
    """
    Answers each kind of request with the next of its answers, and then the last.

    `asked` has each request's kind, and when it came, in seconds from the first.
    """

    def __init__(self, **answers: Told | list[Told]) -> None:
        self._answers: Mapping[str, list[Told]] = {
            kind: [*it] if isinstance(it, list) else [it]
            for kind, it in answers.items()
        }
        self.transport = MemoryTransport(self._answer)
        self.asked: list[tuple[str, float]] = []
        self._began: float | None = None

    @property
    def kinds(self) -> list[str]:
        """What was asked, in order."""
        return [kind for kind, _ in self.asked]

    async def _answer(self, request: Request) -> Told:
        now = asyncio.get_running_loop().time()
        self._began = self._began or now
        kind = _KINDS[request.method, request.path]
        self.asked.append((kind, now - self._began))
        left = self._answers[kind]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if answer is HANG:
            await asyncio.Event().wait()
        return answer
