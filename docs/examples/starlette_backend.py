"""The indexing jobs of many customers in Starlette: failed ones, and a live board."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from gradient_async import SSE_HEADERS, Accounts, GradientError, format_sse

TIMEOUT, WAIT, HEARTBEAT = 10.0, 3.0, 15.0  # seconds


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with Accounts.from_env(timeout=TIMEOUT) as accounts, accounts.feed() as feed:
        app.state.accounts, app.state.feed = accounts, feed
        yield


async def show_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GradientError)
    return JSONResponse(error.to_dict(), status_code=error.http_status)


async def failed(request: Request) -> Response:
    accounts: Accounts = request.app.state.accounts
    stream = accounts.iter_indexing_jobs(
        statuses="failed", order="newest", max_items=50, budget=WAIT, on_error="collect"
    )
    jobs = [{"customer": name, **job.to_dict()} async for name, job in stream]
    return JSONResponse({"jobs": jobs, **stream.to_dict()})


async def events(request: Request) -> Response:
    listener = request.app.state.feed.listen(heartbeat=HEARTBEAT)
    lines = (format_sse(event) async for event in listener)
    end = BackgroundTask(listener.aclose)  # also if the browser has disconnected
    return StreamingResponse(lines, headers=SSE_HEADERS, background=end)


async def cancel(request: Request) -> Response:
    customer, uuid = request.path_params["customer"], request.path_params["uuid"]
    client = request.app.state.accounts[customer].with_options(timeout=5)
    job = await client.indexing_jobs.cancel(uuid)
    return JSONResponse(job.to_dict())


async def board(request: Request) -> Response:
    return FileResponse(Path(__file__).with_name("board.html"))


class Server(uvicorn.Server):
    """Ends the event streams first, because uvicorn waits for all responses to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await app.state.feed.aclose()
        await super().shutdown(sockets)


app = Starlette(
    routes=[
        Route("/", board),
        Route("/failed", failed),
        Route("/events", events),
        Route("/customers/{customer}/jobs/{uuid}/cancel", cancel, methods=["POST"]),
    ],
    exception_handlers={GradientError: show_error},
    lifespan=lifespan,
)

if __name__ == "__main__":
    Server(uvicorn.Config(app)).run()
