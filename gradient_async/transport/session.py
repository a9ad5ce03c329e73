"""Send one attempt through aiohttp, without policy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Container, Mapping, Sequence
from contextlib import suppress
from typing import Final

import aiohttp
import attrs
from aiohttp import ClientSession, TraceConfig
from yarl import URL

from gradient_async.asynchronous import AsyncCloseable
from gradient_async.errors import (
    ClientClosedError,
    ConfigurationError,
    GradientError,
    ProtocolError,
    ResponseTooLargeError,
    TransportError,
)
from gradient_async.loops import LoopHome, finish
from gradient_async.transport.aiohttp_errors import transport_error, without_frames
from gradient_async.transport.authorize_once import AuthorizeOnce
from gradient_async.transport.connector import CheckedConnector
from gradient_async.transport.credentials import Secret
from gradient_async.transport.wire import Request, Response, Upload
from gradient_async.version import __version__

__all__ = ["AiohttpTransport", "ClientSession", "TraceConfig"]

# The call's deadline limits the whole; these detect a dead peer sooner.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=30.0)

# No read timeout: on a slow link a file may sit in buffers for long. `Uploads` has a
# timeout of its own.
_UPLOAD_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10.0)

# Below the idle timeout of common load balancers, so that the client closes first.
_KEEPALIVE: Final = 15.0

# The API's error bodies are short JSON; of a proxy's HTML, the start is enough.
_MAX_ERROR_BODY: Final = 64 * 1024

_PROXY_AUTHENTICATION: Final = 407

MAX_RESPONSE_BYTES: Final = 32 * 1024 * 1024
"""Default maximum size of a decompressed response body."""

_COMMON_HEADERS: Final = {
    "Accept-Encoding": "gzip",
    "User-Agent": f"gradient-async/{__version__} aiohttp/{aiohttp.__version__}",
}
_JSON_HEADERS: Final = {"Accept": "application/json", **_COMMON_HEADERS}


@attrs.frozen(kw_only=True)
class _OutgoingRequest:
    """A request to send; its repr, which tracebacks may show, contains no secrets."""

    method: str
    path: str
    url: str = attrs.field(repr=False)
    params: Mapping[str, str | Sequence[str]] = attrs.field(factory=dict)
    headers: Mapping[str, str]
    body: bytes | AsyncIterable[bytes] | None = attrs.field(repr=False)
    timeout: aiohttp.ClientTimeout = _TIMEOUT


class AiohttpTransport(AsyncCloseable):
    """
    A transport over an `aiohttp.ClientSession`.

    Clients can share one, and with it connections, TLS context and DNS cache: pass it
    to each as `transport=`, and close it yourself. It opens a session of its own with
    the first request, or uses the one passed in, which it never closes. It never
    follows redirects, keeps cookies (in its own session) or reads proxy variables.

    Args:
        session: An `aiohttp.ClientSession` to use; None opens one.
        proxy: URL of an HTTP proxy; None means no proxy.
        trace_configs: aiohttp's tracing hooks, for its own session.
        max_response_bytes: Maximum size of a decompressed response body, 32 MiB by
            default.

    Raises:
        ConfigurationError: `trace_configs` cannot be added to a session passed in.
    """

    def __init__(
        self,
        *,
        session: ClientSession | None = None,
        proxy: str | None = None,
        trace_configs: Sequence[TraceConfig] = (),
        max_response_bytes: int = MAX_RESPONSE_BYTES,
    ) -> None:
        # Its URL may hold a password, which no frame that raises may show.
        self._proxy = None if proxy is None else Secret(proxy)
        del proxy
        if trace_configs and session is not None:
            msg = "pass trace_configs to your aiohttp session, not to the client"
            raise ConfigurationError(msg)
        self._external = session
        self._own: ClientSession | None = None
        self._home: LoopHome | None = None
        self._trace_configs = list(trace_configs)
        self._max_response_bytes = max_response_bytes

    def check_isolation(self) -> None:
        """
        Raise if one client could send what the server has set for another.

        Raises:
            ConfigurationError: The session passed in keeps cookies.
        """
        session = self._external
        if session is not None and not isinstance(
            session.cookie_jar, aiohttp.DummyCookieJar
        ):
            msg = (
                "the session keeps cookies, which accounts would share: create it with "
                "cookie_jar=aiohttp.DummyCookieJar()"
            )
            raise ConfigurationError(msg)

    async def send(self, request: Request, *, base_url: str, token: Secret) -> Response:
        """
        Send the request once and return the complete response, whatever its status.

        Raises:
            ClientClosedError: The session passed in was closed.
            TransportError: No complete response was received.
        """
        headers = _JSON_HEADERS
        if request.headers:
            headers = {**_without(_JSON_HEADERS, request.headers), **request.headers}
        if request.body is not None:
            headers = headers | {"Content-Type": "application/json"}
        outgoing = _OutgoingRequest(
            method=request.method,
            path=request.path,
            url=base_url + request.path,
            params=request.params,
            headers=headers,
            body=request.body,
        )
        return await self._exchange(outgoing, AuthorizeOnce(token))

    async def upload(self, upload: Upload) -> Response:
        """
        Send the file to its presigned URL once, without a token.

        Raises:
            ClientClosedError: The session passed in was closed.
            TransportError: No complete response was received.
        """
        outgoing = _OutgoingRequest(
            method="PUT",
            path=upload.path,
            url=upload.url,
            headers={
                # Object stores do not accept chunked encoding.
                "Content-Length": str(upload.size),
                "Content-Type": upload.content_type,
                **_COMMON_HEADERS,
            },
            body=upload.chunks,
            timeout=_UPLOAD_TIMEOUT,
        )
        return await self._exchange(outgoing, AuthorizeOnce(None))

    async def _exchange(
        self, outgoing: _OutgoingRequest, authorize: AuthorizeOnce
    ) -> Response:
        """Send once, read the complete response, and map failures to our errors."""
        session = self._session()
        failure: GradientError
        try:
            async with session.request(
                outgoing.method,
                URL(outgoing.url, encoded=True),
                params=outgoing.params,
                data=outgoing.body,
                headers=outgoing.headers,
                middlewares=(authorize,),
                allow_redirects=False,
                auto_decompress=True,
                proxy=self._proxy.reveal() if self._proxy else None,
                raise_for_status=False,
                timeout=outgoing.timeout,
            ) as response:
                return await self._read(response)
        except aiohttp.ClientError as error:
            failure = transport_error(error)
        except TransportError as error:
            if authorize.proxy_status == _PROXY_AUTHENTICATION:
                # A response, although to the request for a tunnel, so it is final.
                return Response(status=_PROXY_AUTHENTICATION)
            # aiohttp's frames hold the request's body in a variable.
            failure = error.with_traceback(None)
        except BaseException as error:  # noqa: BLE001  (raised again)
            if not _is_closing(session, error):
                raise without_frames(error) from None
            failure = _session_closed()
        raise failure

    def _session(self) -> ClientSession:
        if self._external is not None:
            _check_external(self._external)
            return self._external
        if self._own is not None and self._own.closed:
            raise _session_closed()
        if self._own is None:
            self._home = LoopHome.current()
            self._own = ClientSession(
                connector=CheckedConnector(keepalive_timeout=_KEEPALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=self._trace_configs,
                trust_env=False,
            )
        return self._own

    async def _read(self, response: aiohttp.ClientResponse) -> Response:
        if not 200 <= response.status <= 599:  # noqa: PLR2004  (a final status)
            response.close()
            msg = f"the response has the invalid status {response.status}"
            raise ProtocolError(msg)
        # Backwards, so that the first of a repeated header is kept.
        pairs = reversed([*response.headers.items()])
        headers = {name.lower(): value for name, value in pairs}
        body = await self._read_body(response)
        return Response(status=response.status, headers=headers, body=body)

    async def _read_body(self, response: aiohttp.ClientResponse) -> bytes:
        """Read in chunks: aiohttp has no limit on the decompressed size."""
        failed = response.status >= 400  # noqa: PLR2004  (an error)
        limit = _MAX_ERROR_BODY if failed else self._max_response_bytes
        chunks, size = [], 0
        async for chunk in response.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                response.close()
                if failed:
                    break
                msg = f"the response is larger than {limit:,} bytes"
                raise ResponseTooLargeError(msg, limit=limit)
        return b"".join(chunks)[:limit]

    async def aclose(self) -> None:
        """Close its own session, also if cancelled; closing again does nothing."""
        if self._own is not None and not self._is_inherited():
            await finish(self._own.close())

    def abandon(self) -> None:
        """Close its own session without waiting and without aiohttp's warnings."""
        if self._own is None or self._is_inherited():
            return
        # The first step of closing closes the sockets; the rest waits for the peers.
        closing = self._own.close()
        with suppress(StopIteration):
            closing.send(None)
        closing.close()

    def _is_inherited(self) -> bool:
        """Whether the connections are a parent process's; let go of them then."""
        is_inherited = self._home is not None and self._home.is_inherited
        if is_inherited and self._own is not None:
            self._own.detach()
        return is_inherited


def _is_closing(session: ClientSession, error: BaseException) -> bool:
    """
    Return whether it is the end of a session that cancelled a request.

    Closing one cancels the requests that wait for its pool, although nobody cancelled
    the task.
    """
    task = asyncio.current_task()
    is_wanted = task is not None and task.cancelling()
    return (
        isinstance(error, asyncio.CancelledError) and session.closed and not is_wanted
    )


def _without(headers: Mapping[str, str], names: Container[str]) -> dict[str, str]:
    """Return the headers except those of these names, which are in lower case."""
    return {name: headers[name] for name in headers if name.lower() not in names}


def _check_external(session: ClientSession) -> None:
    if session.closed:
        raise _session_closed()
    # aiohttp has no public API for it, and would fail later with another message.
    loop = getattr(session, "_loop", None)
    if loop not in {None, asyncio.get_running_loop()}:
        msg = "the aiohttp session passed to the client belongs to another event loop"
        raise ConfigurationError(msg)


def _session_closed() -> ClientClosedError:
    return ClientClosedError("the aiohttp session of the transport is closed")
