"""The application: which handler answers what, and what stands in front of them."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.http.middlewares import (
    admit,
    complete,
    explain,
    observe,
    strike,
)
from gradient_async.emulator.routes import ROUTES
from gradient_async.emulator.state import STATE, State


def build_application(state: State) -> web.Application:
    """
    Build an application around a state.

    A state outlives its application: a server that starts again builds a new one.
    A request that is refused, for its token or by the limits, never meets a fault;
    one that a fault strikes has used its slot of the limits.
    """
    application = web.Application(middlewares=[observe, admit, strike, explain])
    application[STATE] = state
    application.on_response_prepare.append(complete)
    for route in ROUTES:
        # Added so, GET brings no HEAD along, which the platform's API has not either.
        application.router.add_route(route.method, route.path, route.handler)
    return application
