"""The table of routes."""

from __future__ import annotations

import re

from aiohttp.test_utils import make_mocked_request

from gradient_async.emulator import Emulator
from gradient_async.emulator.server.applications import create_api
from gradient_async.emulator.server.routes import ROUTES

from .http_client import HttpClient


def test_each_operation_has_one_route() -> None:
    """Each operation has one route."""
    assert len(ROUTES) == len({route.operation_id for route in ROUTES})
    assert len(ROUTES) == len({(route.method, route.path) for route in ROUTES})


async def test_every_route_works_with_unknown_ids(
    api: Emulator, call: HttpClient
) -> None:
    """An unknown id, or an empty body, is no reason to fail."""
    for route in ROUTES:
        path = re.sub(r"{\w+}", "nothing", route.path)
        response = await call(api, path, method=route.method)

        assert response.status in {200, 404, 422}


async def test_every_route_leads_to_its_operation(api: Emulator) -> None:
    """No route is hidden by another one, whose path has an id in its place."""
    router = create_api(api._platform, api._state).router
    for route in ROUTES:
        path = re.sub(r"{\w+}", "nothing", route.path)
        found = await router.resolve(make_mocked_request(route.method, path))

        assert route.handler is found.handler
