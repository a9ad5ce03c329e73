"""The site of the object store: files come in by PUT, reports go out by GET."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from email.utils import formatdate
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async.emulator.answers import Answer
from gradient_async.emulator.data import Job
from gradient_async.emulator.delivery import deliver
from gradient_async.emulator.object_store import ReceivedUpload
from gradient_async.emulator.reports import write_report
from gradient_async.emulator.signatures import SignatureError
from gradient_async.emulator.state import FAULT, STATE, State
from gradient_async.emulator.storage_errors import (
    StorageError,
    storage_error_answer,
    xml_answer,
)

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
    """Keep the connection in view, so that closing can end it."""
    with request.app[STATE].storage_traffic.carry(request):
        return await handler(request)


@web.middleware
async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the first fault happen whose path matches."""
    fault = request.app[STATE].faults.take(
        method=request.method, path=request.path, page=None, token=None
    )
    if fault is None:
        return await handler(request)
    request[FAULT] = fault
    return await deliver(request, handler, fault, storage_error_answer)


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
    """Add the server's date, and the headers of a fault, to an answer."""
    now = asyncio.get_running_loop().time()
    date = request.app[STATE].clock.date(now)
    response.headers["date"] = formatdate(date, usegmt=True)
    if fault := request.get(FAULT):
        response.headers.update(fault.headers)


async def receive_upload(request: web.Request) -> Answer:
    """
    Receive a file for which a URL was made, and forget its content.

    It is read to its end before anything is refused, so that the client hears of it.
    """
    state = request.app[STATE]
    size, digest = await _digest(request)
    _check_signature(request)
    key = request.match_info["object_key"]
    if size != state.store.announced_size(key):
        msg = "The size of the file is not the one that was announced."
        raise StorageError(400, "IncompleteBody", msg)
    state.store.keep(key, state.clock.now)
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
    _check_signature(request)
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


def _check_signature(request: web.Request) -> None:
    """Let a request pass whose URL was made here, for this, and not long ago."""
    state = request.app[STATE]
    state.store.check(request.method, request.path, request.query, state.clock.now)


def _find_job(request: web.Request) -> Iterator[Job]:
    """Look in all accounts for the job that the path names."""
    state, uuid = request.app[STATE], request.match_info["uuid"]
    jobs = (account.jobs.find(uuid, state.clock.now) for account in state.accounts)
    return filter(None, jobs)
