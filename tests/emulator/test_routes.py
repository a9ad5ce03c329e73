"""The table of operations."""

from __future__ import annotations

import re

from gradient_async.emulator import Emulator
from gradient_async.emulator.server.routes import ROUTES

from .calling import Caller


def test_every_operation_once() -> None:
    """There is a line for each operation, and none for two."""
    assert 22 == len(ROUTES)
    assert len(ROUTES) == len({route.operation_id for route in ROUTES})
    assert len(ROUTES) == len({(route.method, route.path) for route in ROUTES})


async def test_every_route_leads_somewhere(api: Emulator, call: Caller) -> None:
    """No path is taken for another: what is missing is never the operation."""
    for route in ROUTES:
        path = re.sub(r"{\w+}", "nothing", route.path)
        reply = await call(api, path, method=route.method)

        assert reply.status in {200, 404, 422}
        assert reply.status == 200 or "no such resource" not in reply.message
