"""The HTTP client of these tests: one request, and its response as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import attrs

from gradient_async.emulator import Emulator

JOBS = "/v2/gen-ai/indexing_jobs"
BASES = "/v2/gen-ai/knowledge_bases"
UPLOADS = f"{BASES}/data_sources/file_upload_presigned_urls"
MODEL = "22653204-79ed-11ef-bf8f-4e013e2ddde4"
SPACES = {"spaces_data_source": {"bucket_name": "files", "region": "tor1"}}


@attrs.frozen
class Response:
    """A completely received response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The message of an error."""
        return str(self.json["message"])

    @property
    def uuids(self) -> list[str]:
        """The ids of the listed jobs."""
        return [job["uuid"] for job in self.json["jobs"]]


@attrs.frozen
class HttpClient:
    """Sends requests over one session."""

    session: aiohttp.ClientSession

    async def __call__(
        self,
        api: Emulator,
        path: str = JOBS,
        *,
        method: str = "GET",
        authorization: str | None = None,
        json: object = None,
        data: object = None,
        **query: str | int,
    ) -> Response:
        """Send a request, by default as the first account, and read the response."""
        headers = {"Authorization": authorization or f"Bearer {api.token}"}
        async with self.session.request(
            method, api.url + path, params=query, headers=headers, json=json, data=data
        ) as response:
            return Response(response.status, response.headers, await response.read())

    async def post(self, api: Emulator, path: str, **fields: object) -> Response:
        """POST a JSON object."""
        return await self(api, path, method="POST", json=fields)

    async def put(self, api: Emulator, path: str, **fields: object) -> Response:
        """PUT a JSON object."""
        return await self(api, path, method="PUT", json=fields)

    async def delete(self, api: Emulator, path: str) -> Response:
        """Send a DELETE request."""
        return await self(api, path, method="DELETE")

    async def create_base(self, api: Emulator, *sources: object) -> str:
        """Create a knowledge base with data sources; return its id."""
        response = await self.post(
            api,
            BASES,
            name="Tests",
            region="tor1",
            embedding_model_uuid=MODEL,
            datasources=sources,
        )
        return str(response.json["knowledge_base"]["uuid"])

    async def start(self, api: Emulator, base: str, **fields: object) -> str:
        """Start indexing a knowledge base; return the job's id."""
        response = await self.post(api, JOBS, knowledge_base_uuid=base, **fields)
        return str(response.json["job"]["uuid"])

    async def job(self, api: Emulator, uuid: str) -> dict[str, Any]:
        """Fetch a job."""
        response = await self(api, f"{JOBS}/{uuid}")
        return dict(response.json["job"])
