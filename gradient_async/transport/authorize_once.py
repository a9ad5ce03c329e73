"""Add the token to a request as late as possible, and send the request only once."""

from __future__ import annotations

from typing import Final

import aiohttp

from gradient_async.transport.aiohttp_errors import transport_error
from gradient_async.transport.credentials import Secret

# Headers that may be sent to a host other than the API.
_SAFE_HEADERS: Final = frozenset(
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


class AuthorizeOnce:
    """
    Middleware for one request: adds the token and prevents aiohttp from resending.

    aiohttp resends an idempotent request when this raises `ClientOSError` or
    `ServerDisconnectedError`; our errors are neither. The token is added here, as late
    as possible, so that no traceback frame holds it in a variable. Without a token, all
    credentials are removed from the request.
    """

    def __init__(self, token: Secret | None) -> None:
        self._token = token
        self.proxy_status: int | None = None
        """Status with which the proxy refused a tunnel; None if it did not."""

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send the request with its token, and raise our errors only."""
        if self._token is None:
            # An external session may add credentials of its own, under any name.
            for name in {*request.headers}:
                if name.lower() not in _SAFE_HEADERS:
                    del request.headers[name]
        else:
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        try:
            return await handler(request)
        except aiohttp.ClientError as error:
            if isinstance(error, aiohttp.ClientHttpProxyError):
                self.proxy_status = error.status
            failure = transport_error(error)
        raise failure
