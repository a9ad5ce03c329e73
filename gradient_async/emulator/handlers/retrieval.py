"""The search of knowledge bases, which the API's description does not have."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gradient_async.emulator.domain.retrieval import retrieve
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    find_knowledge_base,
    get_time,
    read_message,
)
from gradient_async.emulator.handlers.responses import BytesResponse, json_response

RETRIEVE: Final = "/v1/{knowledge_base_uuid}/retrieve"
"""The path, which is on another host of the platform."""


async def retrieve_chunks(request: web.Request) -> BytesResponse:
    """Return the chunks that fit a query."""
    message = await read_message(request)
    knowledge_base = find_knowledge_base(request)
    chunks = retrieve(request[ACCOUNT], knowledge_base, message, get_time(request))
    results = [chunk.describe() for chunk in chunks]
    return json_response({"results": results, "total_results": len(results)})
