"""The indexing jobs of many customers in FastAPI: failed ones, and a live board."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse

from gradient_async import SSE_HEADERS, Accounts, GradientError, IndexingJob, format_sse

TIMEOUT, WAIT, HEARTBEAT = 10.0, 3.0, 15.0  # seconds


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with Accounts.from_env(timeout=TIMEOUT) as accounts, accounts.feed() as feed:
        app.state.accounts, app.state.feed = accounts, feed
        yield


app = FastAPI(lifespan=lifespan)


@app.exception_handler(GradientError)
async def show_error(request: Request, error: GradientError) -> JSONResponse:
    return JSONResponse(error.to_dict(), status_code=error.http_status)


@app.get("/failed")
async def failed(request: Request) -> dict[str, object]:
    accounts: Accounts = request.app.state.accounts
    stream = accounts.iter_indexing_jobs(
        statuses="failed", order="newest", max_items=50, budget=WAIT, on_error="collect"
    )
    jobs = [{"customer": name, **job.to_dict()} async for name, job in stream]
    return {"jobs": jobs, **stream.to_dict()}


@app.get("/events")
async def events(request: Request, after: BackgroundTasks) -> StreamingResponse:
    listener = request.app.state.feed.listen(heartbeat=HEARTBEAT)
    after.add_task(listener.aclose)  # also if the browser has disconnected
    lines = (format_sse(event) async for event in listener)
    return StreamingResponse(lines, headers=SSE_HEADERS)


@app.post("/customers/{customer}/jobs/{uuid}/cancel")
async def cancel(request: Request, customer: str, uuid: str) -> IndexingJob:
    accounts: Accounts = request.app.state.accounts
    client = accounts[customer].with_options(timeout=5)
    return await client.indexing_jobs.cancel(uuid)


@app.get("/")
async def board() -> FileResponse:
    return FileResponse(Path(__file__).with_name("board.html"))


class Server(uvicorn.Server):
    """Ends the event streams first, because uvicorn waits for all responses to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await app.state.feed.aclose()
        await super().shutdown(sockets)


if __name__ == "__main__":
    Server(uvicorn.Config(app)).run()
