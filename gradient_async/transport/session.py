"""One attempt over aiohttp: the only module that touches it; it decides nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Final

import aiohttp
import attrs
from aiohttp import ClientSession, TraceConfig
from yarl import URL

from gradient_async.errors import (
    ClientClosedError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    GradientError,
    ProtocolError,
    ResponseTooLargeError,
    TLSError,
    TransportError,
)
from gradient_async.transport.credentials import Secret
from gradient_async.transport.wire import Request, Response, Upload

__all__ = ["AiohttpTransport", "ClientSession", "TraceConfig"]

# The call's deadline bounds the whole; these only tell a dead peer from a slow one.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=30.0)

# A file may wait long in the buffers of a slow link; `Uploads` has its own patience.
_UPLOAD_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10.0)

# What may go to a host that is not the API.
_PLAIN: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)

# Below the idle time of common load balancers, so that we are the first to hang up.
_KEEPALIVE: Final = 15.0

# An error's body is a sentence in JSON; what is longer is somebody's HTML.
_LONGEST_ERROR_BODY: Final = 64 * 1024


@attrs.frozen(kw_only=True)
class _Outgoing:
    """What is to be sent; its repr, which tracebacks may show, tells no secrets."""

    method: str
    path: str
    url: str = attrs.field(repr=False)
    params: Mapping[str, str | Sequence[str]] = attrs.field(factory=dict)
    headers: Mapping[str, str]
    body: bytes | AsyncIterable[bytes] | None = attrs.field(repr=False)
    timeout: aiohttp.ClientTimeout = _TIMEOUT


class AiohttpTransport:
    """
    The transport over an `aiohttp.ClientSession`.

    Opens a session of its own with the first request, or uses the one it was lent,
    which it never closes. Redirects are never followed, cookies never kept (in its
    own session), proxy variables never read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        session: ClientSession | None,
        proxy: str | None,
        trace_configs: Sequence[TraceConfig],
        max_response_bytes: int,
    ) -> None:
        if trace_configs and session is not None:
            msg = "give trace_configs to the session you lend, not to the client"
            raise ConfigurationError(msg)
        self._base_url = base_url
        self._lent = session
        self._own: ClientSession | None = None
        self._proxy = proxy
        self._trace_configs = list(trace_configs)
        self._max_response_bytes = max_response_bytes
        agent = (
            f"gradient-async/{version('gradient-async')} aiohttp/{aiohttp.__version__}"
        )
        self._usual_headers = {"Accept-Encoding": "gzip", "User-Agent": agent}

    async def send(self, request: Request, token: Secret) -> Response:
        """
        Send the request once and give the whole answer, whatever its status.

        Raises:
            ClientClosedError: The lent session was closed by its owner.
            TransportError: No whole answer arrived.
        """
        outgoing = _Outgoing(
            method=request.method,
            path=request.path,
            url=self._base_url + request.path,
            params=request.params,
            headers=self._headers(request),
            body=request.body,
        )
        return await self._exchange(outgoing, _SendOnce(token))

    async def upload(self, upload: Upload) -> Response:
        """
        Put the file to its presigned URL, once; no token goes there.

        Raises:
            ClientClosedError: The lent session was closed by its owner.
            TransportError: No whole answer arrived.
        """
        outgoing = _Outgoing(
            method="PUT",
            path=upload.path,
            url=upload.url,
            # Known in advance: object stores take no chunked encoding.
            headers={"Content-Length": str(upload.size)} | self._usual_headers,
            body=upload.chunks,
            timeout=_UPLOAD_TIMEOUT,
        )
        return await self._exchange(outgoing, _SendOnce(None))

    async def _exchange(self, outgoing: _Outgoing, send_once: _SendOnce) -> Response:
        """Send once, read the whole answer, and give every failure our own name."""
        session = self._session()
        failure: GradientError
        try:
            async with session.request(
                outgoing.method,
                URL(outgoing.url, encoded=True),
                params=outgoing.params,
                data=outgoing.body,
                headers=outgoing.headers,
                middlewares=(send_once,),
                allow_redirects=False,
                auto_decompress=True,
                proxy=self._proxy,
                raise_for_status=False,
                timeout=outgoing.timeout,
            ) as answer:
                return await self._read(answer)
        except aiohttp.ClientError as error:
            failure = transport_error(error)
        except TransportError as error:
            # aiohttp's frames hold the request's body in a variable.
            failure = error.with_traceback(None)
        except asyncio.CancelledError:
            # Closing a session cancels whoever waits for its pool. That is nobody's
            # wish to cancel this task.
            task = asyncio.current_task()
            if not session.closed or (task is not None and task.cancelling()):
                raise
            failure = _session_closed()
        failure.method, failure.path = outgoing.method, outgoing.path
        raise failure

    def _session(self) -> ClientSession:
        if self._lent is not None:
            _check_lent(self._lent)
            return self._lent
        if self._own is None:
            self._own = ClientSession(
                # No limit: calls wait in our own queue, which knows their order.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEPALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=self._trace_configs,
                trust_env=False,
            )
        return self._own

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {"Accept": "application/json"} | self._usual_headers
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    async def _read(self, answer: aiohttp.ClientResponse) -> Response:
        if not 200 <= answer.status <= 599:  # noqa: PLR2004  (a final status)
            answer.close()
            msg = f"the answer has the status {answer.status}"
            raise ProtocolError(msg)
        headers: dict[str, str] = {}
        for name, value in answer.headers.items():
            headers.setdefault(name.lower(), value)
        body = await self._read_body(answer)
        return Response(status=answer.status, headers=headers, body=body)

    async def _read_body(self, answer: aiohttp.ClientResponse) -> bytes:
        """Read by chunks: aiohttp itself has no cap on what gzip unpacks to."""
        failed = answer.status >= 400  # noqa: PLR2004  (an error)
        limit = _LONGEST_ERROR_BODY if failed else self._max_response_bytes
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > limit:
                answer.close()
                if failed:
                    return b""
                msg = f"the answer is larger than {limit:,} bytes"
                raise ResponseTooLargeError(msg, limit=limit)
        return bytes(body)

    async def aclose(self) -> None:
        """Close the session, unless it was lent; a second time does nothing."""
        if self._own is not None:
            await self._own.close()

    def abandon(self) -> None:
        """Close the session without waiting, and without aiohttp's own warnings."""
        if self._own is None:
            return
        # The first step of closing hangs up; the rest would wait for the peers.
        closing = self._own.close()
        with suppress(StopIteration):
            closing.send(None)
        closing.close()


class _SendOnce:
    """
    A middleware for one request: adds the token, and keeps aiohttp from re-sending.

    aiohttp sends an idempotent request again, unasked, when `ClientOSError` or
    `ServerDisconnectedError` comes out of here; ours are neither. The token is added
    here, last, so that no frame of a traceback has it in a variable. Without one, the
    request leaves with no credentials at all.
    """

    def __init__(self, token: Secret | None) -> None:
        self._token = token

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if self._token is None:
            # A lent session may have credentials of its own, under any name.
            for name in {it for it in request.headers if it.lower() not in _PLAIN}:
                del request.headers[name]
        else:
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        try:
            return await handler(request)
        except aiohttp.ClientError as error:
            failure = transport_error(error)
        raise failure


def transport_error(error: aiohttp.ClientError) -> TransportError:
    """
    Map an aiohttp error to ours; nothing of it is kept but its name and errno.

    aiohttp's errors hold the request's headers, so they are never chained.
    """
    text = _describe(error)
    match error:
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            return TLSError(f"the server could not be trusted: {text}", sent=False)
        case (
            aiohttp.ClientConnectorError()
            | aiohttp.ConnectionTimeoutError()
            | aiohttp.ClientHttpProxyError()
            | aiohttp.InvalidURL()
        ):
            return ConnectError(f"no connection came about: {text}", sent=False)
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError():
            return ConnectionLostError(f"the connection broke: {text}")
        case _:
            return ProtocolError(f"the answer is not valid HTTP: {text}")


def _describe(error: aiohttp.ClientError) -> str:
    reason = None
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.strerror
    elif isinstance(error, OSError) and error.errno:
        # Its own words may be aiohttp's, and hold the URL of an upload.
        reason = os.strerror(error.errno)
    name = type(error).__name__
    return f"{name}, {reason}" if reason else name


def _check_lent(session: ClientSession) -> None:
    if session.closed:
        raise _session_closed()
    # aiohttp has no public word for it, and fails later in words of its own.
    loop = getattr(session, "_loop", None)
    if loop not in {None, asyncio.get_running_loop()}:
        msg = "the aiohttp session lent to the client belongs to another event loop"
        raise ConfigurationError(msg)


def _session_closed() -> ClientClosedError:
    return ClientClosedError("the aiohttp session lent to the client is closed")
