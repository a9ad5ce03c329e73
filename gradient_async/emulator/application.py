"""The application: which handler answers what, and what stands in front of them."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.handlers import JOBS, get_job, list_jobs
from gradient_async.emulator.middlewares import (
    admit,
    complete,
    explain,
    observe,
    strike,
)
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
    # Without allow_head, HEAD is a wrong method, as it is on the platform's API.
    application.router.add_get(JOBS, list_jobs, allow_head=False)
    application.router.add_get(f"{JOBS}/{{uuid}}", get_job, allow_head=False)
    return application
