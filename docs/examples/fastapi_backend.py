"""The indexing jobs of many customers in FastAPI: failed ones, and a live board."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse

from gradient_async import (
    Accounts,
    Feed,
    FeedEvent,
    FeedListener,
    FeedOptions,
    GradientError,
    IndexingJob,
    JobEvent,
)
from gradient_async.accounts import AccountsOptions

ACCOUNTS: AccountsOptions = {"timeout": 10}
FEED: FeedOptions = {"interval": 2, "idle_interval": 30}
BUDGET, HEARTBEAT = 3.0, 15.0  # seconds
SSE_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with Accounts.from_env(**ACCOUNTS) as accounts, accounts.feed(**FEED) as feed:
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
        statuses=["failed"],
        order="newest",
        max_items=50,
        budget=BUDGET,
        on_error="collect",
    )
    jobs = [{"customer": name, **job.to_dict()} async for name, job in stream]
    problems = {name: error.to_dict() for name, error in stream.errors.items()}
    return {
        "jobs": jobs,
        "problems": problems,
        "late": stream.late,
        "complete": not problems and not stream.late,
    }


async def open_listener(request: Request) -> AsyncIterator[FeedListener]:
    feed: Feed = request.app.state.feed
    async with feed.listen(heartbeat=HEARTBEAT) as listener:
        yield listener


def to_sse(event: FeedEvent | None) -> str:
    if event is None:
        return ": heartbeat\n\n"
    key = f"id: {event.key}\n" if isinstance(event, JobEvent) else ""
    return f"{key}event: {event.kind}\ndata: {event.to_json()}\n\n"


@app.get("/events")
async def events(
    listener: Annotated[FeedListener, Depends(open_listener)],
) -> StreamingResponse:
    lines = (to_sse(event) async for event in listener)
    return StreamingResponse(lines, 200, SSE_HEADERS, "text/event-stream")


@app.post("/customers/{customer}/jobs/{uuid}/cancel")
async def cancel(request: Request, customer: str, uuid: str) -> IndexingJob:
    accounts: Accounts = request.app.state.accounts
    if customer not in accounts:
        raise HTTPException(404, f"no customer {customer}")
    return await accounts[customer].with_options(timeout=5).indexing_jobs.cancel(uuid)


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
