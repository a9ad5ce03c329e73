"""Operations of the object store: uploads, and reports on indexing jobs."""

from __future__ import annotations

import asyncio
import hashlib

import attrs
from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.records import ReceivedUpload
from gradient_async.emulator.handlers.context import PLATFORM, RECEIVED, get_time
from gradient_async.emulator.handlers.responses import BytesResponse


async def receive_upload(request: web.Request) -> BytesResponse:
    """Receive a file for which a presigned URL was created; its content is not kept."""
    platform = request.app[PLATFORM]
    # A client that is still sending would see a broken connection, not the error, so
    # the body is read to its end before the request can be rejected.
    size, sha256 = await _hash_body(request)
    _check_permission(request)
    key = request.match_info["object_key"]
    expected = platform.store.expected.get(key)
    if expected is None or size != expected.size:
        msg = "The size of the file is not the one that was announced."
        raise ApiError(400, msg, code="IncompleteBody")
    platform.store.stored[key] = attrs.evolve(expected, at=platform.clock.now)
    platform.store.uploads.append(
        ReceivedUpload(
            object_key=key,
            size=size,
            sha256=sha256,
            headers=request[RECEIVED].headers,
            at=asyncio.get_running_loop().time(),
        )
    )
    return BytesResponse(b"")


async def send_report(request: web.Request) -> BytesResponse:
    """Send the current report on a job."""
    _check_permission(request)
    uuid, now = request.match_info["uuid"], get_time(request)
    accounts = request.app[PLATFORM].accounts
    jobs = (account.jobs.find(uuid, now) for account in accounts)
    job = next(filter(None, jobs), None)
    if job is None:
        raise ApiError(404, "The report is gone, with its job.")
    return BytesResponse(job.report().encode(), content_type="text/csv")


async def _hash_body(request: web.Request) -> tuple[int, str]:
    """Read a request's body; return its size and its SHA-256 in hexadecimal."""
    size, digest = 0, hashlib.sha256()
    async for chunk in request.content.iter_chunked(1 << 16):
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _check_permission(request: web.Request) -> None:
    """Raise an `ApiError` unless the URL permits the request."""
    # A token beside a signature is one that leaked to another host. Amazon S3 rejects
    # such requests too.
    if "authorization" in request.headers:
        msg = "Only one auth mechanism is allowed: the URL is signed already."
        raise ApiError(400, msg)
    store, now = request.app[PLATFORM].store, get_time(request)
    store.check_signature(request.method, request.path, request.query, now)
