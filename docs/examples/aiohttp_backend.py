"""The indexing jobs of many customers in aiohttp.web: failed ones, and a live board."""

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async import SSE_HEADERS, Accounts, Feed, GradientError, format_sse

TIMEOUT, WAIT, HEARTBEAT = 10.0, 3.0, 15.0  # seconds

accounts_key = web.AppKey("accounts", Accounts)
feed_key = web.AppKey("feed", Feed)
routes = web.RouteTableDef()


async def lifespan(app: web.Application) -> AsyncIterator[None]:
    async with Accounts.from_env(timeout=TIMEOUT) as accounts, accounts.feed() as feed:
        app[accounts_key], app[feed_key] = accounts, feed
        yield


async def end_streams(app: web.Application) -> None:
    await app[feed_key].aclose()


@web.middleware
async def show_error(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except GradientError as error:
        return web.json_response(error.to_dict(), status=error.http_status)


@routes.get("/failed")
async def failed(request: web.Request) -> web.Response:
    stream = request.app[accounts_key].iter_indexing_jobs(
        statuses="failed", order="newest", max_items=50, budget=WAIT, on_error="collect"
    )
    jobs = [{"customer": name, **job.to_dict()} async for name, job in stream]
    return web.json_response({"jobs": jobs, **stream.to_dict()})


@routes.get("/events")
async def events(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers=SSE_HEADERS)
    await response.prepare(request)
    async for event in request.app[feed_key].listen(heartbeat=HEARTBEAT):
        await response.write(format_sse(event).encode())
    return response


@routes.post("/customers/{customer}/jobs/{uuid}/cancel")
async def cancel(request: web.Request) -> web.Response:
    customer, uuid = request.match_info["customer"], request.match_info["uuid"]
    client = request.app[accounts_key][customer].with_options(timeout=5)
    job = await client.indexing_jobs.cancel(uuid)
    return web.json_response(job.to_dict())


@routes.get("/")
async def board(request: web.Request) -> web.FileResponse:
    return web.FileResponse(Path(__file__).with_name("board.html"))


def create_app() -> web.Application:
    app = web.Application(middlewares=[show_error])
    app.add_routes(routes)
    app.cleanup_ctx.append(lifespan)
    app.on_shutdown.append(end_streams)
    return app


if __name__ == "__main__":
    # Without cancellation, a handler notices a closed browser only when it writes.
    web.run_app(create_app(), host="127.0.0.1", handler_cancellation=True)
