"""What Prism complains of, and a client whose calls it sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
import attrs

from gradient_async import Client
from gradient_async.emulator import Emulator
from tests.conformance.prism import run_prism

# What Prism says of an answer that breaks the description, or of a request that does.
_VIOLATIONS: Final = "sl-violations"


@attrs.define
class Violations:
    """Collects what Prism complains of, from the headers of its answers."""

    found: Counter[str] = attrs.field(factory=Counter)
    answers: int = 0

    def watch(self) -> aiohttp.TraceConfig:
        """Give the hook that reads the headers."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._look)
        return trace

    async def _look(
        self, _: object, __: object, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.answers += 1
        complaint = end.response.headers.get(_VIOLATIONS)
        if complaint is not None:
            self.found[complaint] += 1


@asynccontextmanager
async def watched_client(
    prism: Path, description: Path, emulator: Emulator
) -> AsyncIterator[tuple[Client, Violations]]:
    """Run an emulator behind Prism's proxy, and open a client in front of it."""
    violations = Violations()
    traces = [violations.watch()]
    async with (
        emulator as api,
        run_prism(prism, "proxy", str(description), api.url) as url,
        Client(api.token, base_url=url, trace_configs=traces) as client,
    ):
        yield client, violations
