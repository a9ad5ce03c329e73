"""aiohttp's errors as ours; pure."""

from __future__ import annotations

import os
from typing import TypeVar

import aiohttp

from gradient_async.errors import (
    ConnectError,
    ConnectionLostError,
    ProtocolError,
    TLSError,
    TransportError,
)

E = TypeVar("E", bound=BaseException)


def transport_error(error: aiohttp.ClientError) -> TransportError:
    """
    Map an aiohttp error to ours, keeping only its class name and errno.

    aiohttp's errors hold the request's headers, so they are never chained.
    """
    text = _describe(error)
    match error:
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            return TLSError(f"the server is not trusted: {text}", sent=False)
        case (
            aiohttp.ClientConnectorError()
            | aiohttp.ConnectionTimeoutError()
            | aiohttp.ClientHttpProxyError()
            | aiohttp.InvalidURL()
        ):
            return ConnectError(f"could not connect: {text}", sent=False)
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError():
            return ConnectionLostError(f"the connection broke: {text}")
        case _:
            return ProtocolError(f"the response is not valid HTTP: {text}")


def without_frames(error: E) -> E:
    """
    Return an error without where it came from.

    aiohttp's frames hold the URL of an upload, the body of a request, and the proxy's
    password in variables.
    """
    error.__context__ = None
    return error.with_traceback(None)


def _describe(error: aiohttp.ClientError) -> str:
    reason = None
    if isinstance(error, aiohttp.ClientHttpProxyError):
        reason = f"status {error.status} from the proxy"
    elif isinstance(error, aiohttp.ClientConnectorError):
        reason = error.strerror
    elif isinstance(error, OSError) and error.errno:
        # Its message may be aiohttp's, and contain the URL of an upload.
        reason = os.strerror(error.errno)
    name = type(error).__name__
    return f"{name}, {reason}" if reason else name
