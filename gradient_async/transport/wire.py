"""Requests, responses and uploads as plain values, and what transports do."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

import attrs

from gradient_async.transport.credentials import Secret

# RFC 9110, section 9.2.2.
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


@attrs.frozen(kw_only=True)
class Request:
    """One request to the API, independent of server, token and attempt."""

    method: str
    """HTTP method, in upper case."""
    path: str
    """Path below the base URL, percent-encoded, starting with a slash."""
    params: Mapping[str, str | Sequence[str]] = attrs.field(factory=dict)
    """Query parameters, not encoded; a sequence repeats its name."""
    body: bytes | None = attrs.field(default=None, repr=False)
    """JSON to send; None sends no body."""
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Headers to add, names in lower case; see `extra_headers` for what they may be."""
    operation: str = attrs.field(default="", eq=False)
    """Id of the operation in the API's description; empty if it is not one of ours."""
    route: str = attrs.field(default="", eq=False)
    """Path with `{names}` in place of ids; empty if it is not one of ours."""
    echoes: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Ids that the response repeats, by their places in it, such as `job.uuid`."""

    is_repeatable: bool = False
    """Whether it has no effect although its method might, such as a search by POST."""

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice has the same effect as sending it once."""
        return self.is_repeatable or self.method in _IDEMPOTENT


@attrs.frozen(kw_only=True)
class Response:
    """One complete response."""

    status: int
    """HTTP status code."""
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Headers, names in lower case; the first of a repeated one."""
    body: bytes = attrs.field(default=b"", repr=False)
    """The body, decompressed."""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004  (2xx)

    @property
    def request_id(self) -> str | None:
        """The server's id of the request; None if it sent none."""
        return self.headers.get("x-request-id")


@attrs.frozen(kw_only=True)
class Upload:
    """One file to upload to a presigned URL."""

    url: str = attrs.field(repr=False)
    """Where to PUT it, encoded, to be used unchanged; its query is a secret."""
    path: str
    """The URL's path, encoded, without the query."""
    size: int
    """Size of the file, in bytes."""
    content_type: str = "application/octet-stream"
    """Value of the header `Content-Type`, which the URL's signature may cover."""
    chunks: AsyncIterable[bytes] = attrs.field(repr=False)
    """The file's `size` bytes; to be iterated over once."""


@runtime_checkable
class Transport(Protocol):
    """
    Sends single attempts to servers.

    One transport can serve many clients, each with a base URL and a token of its own.
    `AiohttpTransport` is the default; `gradient_async.testing` has one in memory.
    """

    async def send(self, request: Request, *, base_url: str, token: Secret) -> Response:
        """
        Send the request once and return the complete response, whatever its status.

        Raises:
            TransportError: No complete response was received.
        """
        ...

    async def upload(self, upload: Upload) -> Response:
        """
        Upload the file once and return the complete response.

        The host is not the API, so no token is sent.

        Raises:
            TransportError: No complete response was received.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections; closing again does nothing."""
        ...

    def abandon(self) -> None:
        """Close all connections without waiting, from a finalizer."""
        ...
