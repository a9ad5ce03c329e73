"""Operations on regions and models."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.domain.knowledge_bases import catalogue
from gradient_async.emulator.handlers.context import read_boolean
from gradient_async.emulator.handlers.responses import (
    BytesResponse,
    json_response,
    list_response,
)


async def list_datacenter_regions(request: web.Request) -> BytesResponse:
    """List the regions, or only those that serve inference or batches."""
    regions = catalogue.list_regions(
        inference=read_boolean(request, "serves_inference"),
        batch=read_boolean(request, "serves_batch"),
    )
    return json_response({"regions": regions})


async def list_models(request: web.Request) -> BytesResponse:
    """List one page of the models, or only of those for some use cases."""
    usecases = frozenset(request.query.getall("usecases", []))
    if not usecases <= set(catalogue.USE_CASES):
        raise ApiError(400, "usecases are: " + ", ".join(catalogue.USE_CASES))
    models = catalogue.list_models(
        usecases, public_only=read_boolean(request, "public_only")
    )
    return list_response(request, "models", models, dict)
