"""Operations on regions, models and the catalogue of models."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.pages import Page
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    MODELS,
    REGIONS,
    USE_CASES,
)
from gradient_async.emulator.domain.model_catalog import CARDS, ENTRIES
from gradient_async.emulator.handlers.context import read_boolean, read_page
from gradient_async.emulator.handlers.responses import (
    BytesResponse,
    json_response,
    list_response,
)


async def list_datacenter_regions(request: web.Request) -> BytesResponse:
    """List the regions, or only those that serve inference or batches."""
    names = ("serves_inference", "serves_batch")
    filters = [name for name in names if read_boolean(request, name)]
    regions = [it for it in REGIONS if all(it[name] for name in filters)]
    return json_response({"regions": regions})


async def list_models(request: web.Request) -> BytesResponse:
    """List one page of the models, or only of those for some use cases."""
    words = ",".join(request.query.getall("usecases", []))
    usecases = frozenset(words.split(",") if words else USE_CASES)
    if not usecases <= set(USE_CASES):
        raise ApiError(400, "usecases are: " + ", ".join(USE_CASES))
    public_only = read_boolean(request, "public_only")
    models = [
        it.fields
        for it in MODELS
        if usecases & it.usecases and (it.is_public or not public_only)
    ]
    return list_response(request, "models", models, dict)


async def list_model_catalog(request: web.Request) -> BytesResponse:
    """List one page of the catalogue; its pages have no links."""
    number, limit = read_page(request, size_name="limit")
    search = request.query.get("search", "").lower()
    found = [it for it in ENTRIES if search in str(it["name"]).lower()]
    page = Page(number=number, per_page=limit, total=len(found))
    return json_response({"data": page.cut(found), "meta": page.meta})


async def get_model_catalog_card(request: web.Request) -> BytesResponse:
    """Return the card of a model, by its id or its name."""
    names = {request.match_info["id"], request.query.get("model_id", "")}
    for card in CARDS:
        if names & {card["id"], card["model_id"]}:
            return json_response({"data": card})
    raise ApiError(404)
