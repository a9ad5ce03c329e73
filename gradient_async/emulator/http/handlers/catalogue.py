"""What can be chosen from: regions and models."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.bases.catalogue import (
    USE_CASES,
    list_models,
    list_regions,
)
from gradient_async.emulator.http.answers import Answer, json_answer
from gradient_async.emulator.http.handlers.lists import list_answer
from gradient_async.emulator.http.handlers.requests import read_flag, read_page
from gradient_async.emulator.http.paging import cut_page
from gradient_async.emulator.http.refusals import RefusalError


async def get_regions(request: web.Request) -> Answer:
    """Answer with the regions, or with those that serve what is asked for."""
    regions = list_regions(
        inference=read_flag(request, "serves_inference"),
        batch=read_flag(request, "serves_batch"),
    )
    return json_answer({"regions": regions})


async def get_models(request: web.Request) -> Answer:
    """Answer with one page of the models, or of those for some use cases."""
    page, per_page = read_page(request)
    usecases = frozenset(request.query.getall("usecases", []))
    if not usecases <= set(USE_CASES):
        raise RefusalError(400, "usecases are: " + ", ".join(USE_CASES))
    models = list_models(usecases, public_only=read_flag(request, "public_only"))
    result = cut_page(models, page, per_page, total=len(models), view=lambda it: it)
    return list_answer(request, "models", result)
