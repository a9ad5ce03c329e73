"""The events that workers write to Redis or Valkey, for browsers, in FastAPI."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from fastapi import BackgroundTasks, FastAPI, Header, Request
from fastapi.responses import JSONResponse, StreamingResponse

from gradient_async import SSE_HEADERS, ConfigurationError
from gradient_async.shared import LogListener, SharedFeed, SharedStore

HEARTBEAT = 15.0  # seconds


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with SharedStore(os.environ["GRADIENT_SHARED_URL"]) as store:
        app.state.feed = SharedFeed(store)
        yield


app = FastAPI(lifespan=lifespan)


@app.exception_handler(ConfigurationError)
async def refuse(request: Request, error: ConfigurationError) -> JSONResponse:
    return JSONResponse(error.to_dict(), status_code=400)


@app.get("/events")
async def events(
    request: Request,
    after: BackgroundTasks,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    feed: SharedFeed = request.app.state.feed
    listener = feed.listen(since=last_event_id or None, heartbeat=HEARTBEAT)
    after.add_task(listener.aclose)  # also if the browser has disconnected
    return StreamingResponse(format_entries(listener), headers=SSE_HEADERS)


async def format_entries(listener: LogListener) -> AsyncIterator[str]:
    async for entry in listener:
        yield ": heartbeat\n\n" if entry is None else entry.to_sse()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    # Responses that are still open are cut off; browsers connect to another replica.
    uvicorn.run(app, host="0.0.0.0", timeout_graceful_shutdown=1)  # noqa: S104
