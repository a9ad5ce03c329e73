"""The site of the object store: files come in by PUT, reports go out by GET."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from email.utils import formatdate
from typing import Final

import attrs
from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async.emulator.http.answers import Answer, add_fault_headers
from gradient_async.emulator.http.delivery import meet_fault
from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.reports import write_report
from gradient_async.emulator.state import MOMENT, RECEIVED, STATE, State
from gradient_async.emulator.storage.errors import (
    StorageError,
    storage_error_answer,
    xml_answer,
)
from gradient_async.emulator.storage.object_store import ReceivedUpload
from gradient_async.emulator.storage.signatures import SignatureError

_CHUNK: Final = 1 << 16


def build_storage(state: State) -> web.Application:
    """Build the application of the store's site."""
    application = web.Application(middlewares=[observe, strike, explain])
    application[STATE] = state
    application.on_response_prepare.append(complete)
    router = application.router
    router.add_put("/uploads/{object_key}", receive_upload)
    router.add_get("/reports/{uuid}.csv", send_report, allow_head=False)
    return application


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Record a request as it arrives, and note when that was."""
    state = request.app[STATE]
    with state.storage_traffic.carry(request):
        request[RECEIVED] = state.storage_traffic.record(request, None)
        request[MOMENT] = state.clock.now
        return await handler(request)


@web.middleware
async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the first fault happen whose path matches."""
    return await meet_fault(
        request, handler, storage_error_answer, page=None, token=None
    )


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give refusals the bodies of an object store."""
    try:
        return await handler(request)
    except StorageError as error:
        return xml_answer(error)
    except SignatureError as error:
        return xml_answer(StorageError(403, error.code, error.message))
    except web.HTTPError as error:
        return storage_error_answer(request, error.status)


async def complete(request: web.Request, response: web.StreamResponse) -> None:
    """Note the status of an answer, and add its headers, as it leaves."""
    now = asyncio.get_running_loop().time()
    date = request.app[STATE].clock.date(now, seen_at=now)
    request[RECEIVED].status = response.status
    response.headers["date"] = formatdate(date, usegmt=True)
    response.headers["x-amz-request-id"] = request[RECEIVED].request_id
    add_fault_headers(request, response)


async def receive_upload(request: web.Request) -> Answer:
    """
    Receive a file for which a URL was made, and forget its content.

    It is read to its end before anything is refused, so that the client hears of it.
    """
    state = request.app[STATE]
    size, digest = await _digest(request)
    _check_permission(request)
    key = request.match_info["object_key"]
    announced = state.store.announced(key)
    if announced is None or size != announced.size:
        msg = "The size of the file is not the one that was announced."
        raise StorageError(400, "IncompleteBody", msg)
    state.store.keep(key, attrs.evolve(announced, at=state.clock.now))
    state.store.uploads.append(
        ReceivedUpload(
            object_key=key,
            size=size,
            sha256=digest,
            headers={name.lower(): text for name, text in request.headers.items()},
            at=asyncio.get_running_loop().time(),
        )
    )
    return Answer(b"")


async def send_report(request: web.Request) -> Answer:
    """Send the report on a job, as it stands now."""
    _check_permission(request)
    job = next(_find_job(request), None)
    if job is None:
        raise StorageError(404, "NoSuchKey", "The report is gone, with its job.")
    return Answer(write_report(job).encode(), content_type="text/csv")


async def _digest(request: web.Request) -> tuple[int, str]:
    """Read a body; give its size and its SHA-256, in hexadecimal."""
    size, digest = 0, hashlib.sha256()
    async for chunk in request.content.iter_chunked(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _check_permission(request: web.Request) -> None:
    """Let a request pass whose URL was made here, for this, not long before it came."""
    if "authorization" in request.headers:
        # Whoever sends a token to a presigned URL gives it away; stores refuse that.
        msg = "Only one auth mechanism is allowed: the URL is signed already."
        raise StorageError(400, "InvalidRequest", msg)
    store = request.app[STATE].store
    store.check(request.method, request.path, request.query, request[MOMENT])


def _find_job(request: web.Request) -> Iterator[Job]:
    """Look in all accounts for the job that the path names."""
    state, uuid = request.app[STATE], request.match_info["uuid"]
    jobs = (account.jobs.find(uuid, request[MOMENT]) for account in state.accounts)
    return filter(None, jobs)
