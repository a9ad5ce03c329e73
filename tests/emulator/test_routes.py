"""The table of routes."""

from __future__ import annotations

import re

from gradient_async.emulator import Emulator
from gradient_async.emulator.server.routes import ROUTES

from .http_client import HttpClient


def test_each_operation_has_one_route() -> None:
    """Each operation has one route."""
    assert len(ROUTES) == len({route.operation_id for route in ROUTES})
    assert len(ROUTES) == len({(route.method, route.path) for route in ROUTES})


async def test_every_route_works(api: Emulator, call: HttpClient) -> None:
    """Every route leads to its operation, even with unknown ids."""
    for route in ROUTES:
        path = re.sub(r"{\w+}", "nothing", route.path)
        response = await call(api, path, method=route.method)

        assert response.status in {200, 404, 422}
        assert response.status == 200 or "no such resource" not in response.message
