"""A transport that a function answers, without a network."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from gradient_async.codec import JSON, encode_json
from gradient_async.transport.credentials import Secret
from gradient_async.transport.wire import Request, Response, Upload

Answer: TypeAlias = Response | Exception
"""What comes of a request: a response, or an error to raise."""

Handler: TypeAlias = Callable[[Request], Answer | Awaitable[Answer]]
"""A function, plain or async, that answers each request."""


class MemoryTransport:
    """
    A transport whose server is a function.

        def answer(request: Request) -> Response:
            return json_response({"jobs": []})

        client = Client("any-token", transport=MemoryTransport(answer))

    The function sees each attempt, retries included. An error that it gives or raises
    is what the attempt fails with: `ConnectError("no route", sent=False)`, for example.
    Everything above works as ever: retries, pacing, deadlines, decoding.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.requests: list[Request] = []
        """The requests so far, each attempt for itself, in the order sent."""
        self.is_closed: bool = False
        """Whether the client was closed."""

    async def send(self, request: Request, token: Secret) -> Response:  # noqa: ARG002
        """Note the request, and give or raise what the function answers."""
        return await self._answer(request)

    async def upload(self, upload: Upload) -> Response:
        """Do the same with a PUT whose body is the file."""
        body = b"".join([chunk async for chunk in upload.chunks])
        return await self._answer(Request(method="PUT", path=upload.path, body=body))

    async def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self._handler(request)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def aclose(self) -> None:
        """Note that the client was closed."""
        self.is_closed = True

    def abandon(self) -> None:
        """Do nothing: there is nothing to let go of."""


def json_response(
    value: JSON, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """
    Make a response with a JSON body.

    Args:
        value: What the body says.
        status: HTTP status code.
        headers: More headers, `retry-after` for example; case does not matter.

    Raises:
        ConfigurationError: Something in the value has no JSON form.
    """
    given = {name.lower(): text for name, text in (headers or {}).items()}
    return Response(
        status=status,
        headers={"content-type": "application/json"} | given,
        body=encode_json(value),
    )
