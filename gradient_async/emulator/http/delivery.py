"""How an answer that a fault has touched gets to the client, or does not."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final, Protocol, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from gradient_async.emulator.http.answers import Answer
from gradient_async.emulator.http.faults import Fault
from gradient_async.emulator.state import FAULT, STATE

_CHUNK: Final = 1 << 16


class ErrorWriter(Protocol):
    """Writes the body that belongs to the status of an error."""

    def __call__(self, request: web.Request, status: int, /) -> Answer:
        """Answer with it."""
        ...


async def meet_fault(
    request: web.Request,
    handler: Handler,
    write_error: ErrorWriter,
    *,
    page: str | None,
    token: str | None,
) -> web.StreamResponse:
    """Let the first fault that matches happen to a request, or just answer it."""
    fault = request.app[STATE].faults.take(
        method=request.method, path=request.path, page=page, token=token
    )
    if fault is None:
        return await handler(request)
    request[FAULT] = fault
    return await _deliver(request, handler, fault, write_error)


async def _deliver(
    request: web.Request, handler: Handler, fault: Fault, write_error: ErrorWriter
) -> web.StreamResponse:
    """Let a fault happen to a request, which `handler` would have answered."""
    await asyncio.sleep(fault.delay)
    if fault.hang:
        return await _hang()
    if fault.drop:
        await _read_all(request)
        return await _drop(request)
    if fault.drop_after is not None:
        await _read_part(request, fault.drop_after)
        return await _drop(request)
    if fault.lose:
        await handler(request)
        return await _drop(request)
    if fault.has_own_answer:
        answer = _own_answer(request, fault, write_error)
    else:
        # Every handler and middleware within answers with an Answer.
        answer = cast(Answer, await handler(request))
    if fault.drip is None and fault.cut is None:
        return answer
    return await _trickle(request, answer, fault)


def _own_answer(request: web.Request, fault: Fault, write_error: ErrorWriter) -> Answer:
    """Make the answer that a fault brings along."""
    status = fault.status or HTTPStatus.OK
    if fault.body is not None:
        return Answer(fault.body, status=status, content_type=fault.content_type)
    if status < HTTPStatus.BAD_REQUEST:
        return Answer(b"", status=status)
    return write_error(request, status)


async def _read_all(request: web.Request) -> None:
    """Read a request's body, of whatever size, and forget it."""
    async for _ in request.content.iter_chunked(_CHUNK):
        pass


async def _read_part(request: web.Request, size: int) -> None:
    """Read so much of a request's body, or all of it if there is less."""
    while size and (chunk := await request.content.read(size)):
        size -= len(chunk)


async def _trickle(
    request: web.Request, answer: Answer, fault: Fault
) -> web.StreamResponse:
    """Announce a whole answer, and send it slowly, or only the first part of it."""
    stream = web.StreamResponse(status=answer.status, headers=answer.headers)
    stream.content_length = len(answer.content)
    await stream.prepare(request)
    to_send = answer.content[: fault.cut]
    step = 1 if fault.drip else max(1, len(to_send))
    for start in range(0, len(to_send), step):
        await asyncio.sleep(fault.drip or 0)
        await stream.write(to_send[start : start + step])
    if len(to_send) < len(answer.content):
        return await _drop(request)
    return stream


async def _drop(request: web.Request) -> web.StreamResponse:
    """Close the connection behind what was sent so far."""
    request.protocol.force_close()
    return await _hang()


async def _hang() -> web.StreamResponse:
    """Wait until the handler is cancelled, as it is when its connection ends."""
    never: asyncio.Future[web.StreamResponse]
    never = asyncio.get_running_loop().create_future()
    return await never
