"""The HTTP client of these tests: one request, its whole answer as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import attrs

from gradient_async.emulator import Emulator

JOBS = "/v2/gen-ai/indexing_jobs"


@attrs.frozen
class Reply:
    """An answer that has been read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)

    @property
    def uuids(self) -> list[str]:
        """The uuids of the listed jobs."""
        return [job["uuid"] for job in self.json["jobs"]]


@attrs.frozen
class Caller:
    """Sends requests over one session."""

    session: aiohttp.ClientSession

    async def __call__(
        self,
        api: Emulator,
        path: str = JOBS,
        *,
        method: str = "GET",
        authorization: str | None = None,
        **query: str | int,
    ) -> Reply:
        """Send a request, by default as the first account, and read the answer."""
        headers = {"Authorization": authorization or f"Bearer {api.token}"}
        async with self.session.request(
            method, api.url + path, params=query, headers=headers
        ) as response:
            return Reply(response.status, response.headers, await response.read())
