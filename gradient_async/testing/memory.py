"""A transport that calls a function instead of a server."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from gradient_async.codec import JSON, encode_json
from gradient_async.transport.credentials import Secret
from gradient_async.transport.wire import Request, Response, Upload

Outcome: TypeAlias = Response | Exception
"""Outcome of a request: a response, or the error to raise."""

Handler: TypeAlias = Callable[[Request], Outcome | Awaitable[Outcome]]
"""A function, plain or async, that returns the outcome of each request."""


class MemoryTransport:
    """
    A transport that passes each request to a function, without a network.

        def handle(request: Request) -> Response:
            return json_response({"jobs": []})

        client = Client("any-token", transport=MemoryTransport(handle))

    The function is called for each attempt, retries included. An error that it returns
    or raises fails the attempt, for example `ConnectError("no route", sent=False)`.
    Retries, pacing, deadlines and decoding work as they do over a network.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.requests: list[Request] = []
        """Requests received so far, one for each attempt, in the order sent."""
        self.is_closed: bool = False
        """Whether `aclose` was called; a client never does so."""

    async def send(
        self,
        request: Request,
        *,
        base_url: str,  # noqa: ARG002  (there is no server)
        token: Secret,  # noqa: ARG002  (the same)
    ) -> Response:
        """Record a request and return, or raise, what the function returns."""
        return await self._handle(request)

    async def upload(self, upload: Upload) -> Response:
        """Record an upload as a PUT whose body is the file; otherwise like `send`."""
        body = b"".join([chunk async for chunk in upload.chunks])
        headers = {"content-type": upload.content_type}
        return await self._handle(
            Request(method="PUT", path=upload.path, body=body, headers=headers)
        )

    async def _handle(self, request: Request) -> Response:
        self.requests.append(request)
        outcome = self._handler(request)
        if inspect.isawaitable(outcome):
            outcome = await outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Set `is_closed`."""
        self.is_closed = True

    def abandon(self) -> None:
        """Do nothing: there are no resources to release."""


def json_response(
    value: JSON, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """
    Create a response with a JSON body.

    Args:
        value: The body.
        status: HTTP status code.
        headers: Additional headers, such as `retry-after`; names in any case.

    Raises:
        ConfigurationError: `value` is not JSON serializable.
    """
    lowercase = {name.lower(): text for name, text in (headers or {}).items()}
    return Response(
        status=status,
        headers={"content-type": "application/json"} | lowercase,
        body=encode_json(value),
    )
