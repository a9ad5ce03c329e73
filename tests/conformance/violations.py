"""Prism's complaints, and a client that calls through Prism."""

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

# Prism's header on responses that violate the description, or whose requests do; see
# "Validation Proxy" in Prism's guides.
_VIOLATIONS_HEADER: Final = "sl-violations"


@attrs.define
class Violations:
    """Collects Prism's complaints from the headers of its responses."""

    complaints: Counter[str] = attrs.field(factory=Counter)
    responses: int = 0

    def trace(self) -> aiohttp.TraceConfig:
        """Return the trace config that reads the headers."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._read_headers)
        return trace

    async def _read_headers(
        self, _: object, __: object, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.responses += 1
        complaint = end.response.headers.get(_VIOLATIONS_HEADER)
        if complaint is not None:
            self.complaints[complaint] += 1


@asynccontextmanager
async def validated_client(
    prism: Path, description: Path, emulator: Emulator
) -> AsyncIterator[tuple[Client, Violations]]:
    """Open a client that calls an emulator through Prism's validating proxy."""
    violations = Violations()
    traces = [violations.trace()]
    async with (
        emulator as api,
        run_prism(prism, "proxy", str(description), api.url) as url,
        Client(api.token, base_url=url, trace_configs=traces) as client,
    ):
        yield client, violations
