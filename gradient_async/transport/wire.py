"""What goes out and what comes back, as plain values."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import quote

import attrs

from gradient_async.checks import check_instance
from gradient_async.codec import JSON, encode_json
from gradient_async.errors import ConfigurationError
from gradient_async.transport.credentials import Secret

# RFC 9110, section 9.2.2: repeating one of these does no more than doing it once.
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})

_LONGEST_ID: Final = 255


@attrs.frozen(kw_only=True)
class Request:
    """One request of the API, before there is a server, a token or an attempt."""

    method: str
    """HTTP method, in capitals."""
    path: str
    """Path below the base URL, percent-encoded, starting with a slash."""
    params: Mapping[str, str | Sequence[str]] = attrs.field(factory=dict)
    """Query parameters, not encoded; a sequence repeats its name for each item."""
    body: bytes | None = attrs.field(default=None, repr=False)
    """JSON to send, None to send nothing."""

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method in _IDEMPOTENT


@attrs.frozen(kw_only=True)
class Response:
    """One whole answer."""

    status: int
    """HTTP status code."""
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Headers, names in lower case; of a repeated one, the first."""
    body: bytes = attrs.field(default=b"", repr=False)
    """The body, decompressed."""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004  (2xx)

    @property
    def request_id(self) -> str | None:
        """The server's name for the request, None when it gave none."""
        return self.headers.get("x-request-id")


@attrs.frozen(kw_only=True)
class Upload:
    """A file on its way to a presigned URL."""

    url: str = attrs.field(repr=False)
    """Where to put it, encoded, to be used as it stands; its query is a secret."""
    path: str
    """The URL's path, encoded, without the query."""
    size: int
    """Bytes in the file."""
    chunks: AsyncIterable[bytes] = attrs.field(repr=False)
    """The bytes, `size` of them; to be iterated over once."""


class Transport(Protocol):
    """
    What carries one attempt to a server and back.

    The one over aiohttp is the default; `gradient_async.testing` has one in memory.
    """

    async def send(self, request: Request, token: Secret) -> Response:
        """
        Send the request once and give the whole answer, whatever its status.

        Raises:
            TransportError: No whole answer arrived.
        """
        ...

    async def upload(self, upload: Upload) -> Response:
        """
        Put the file where it belongs, once, and give the whole answer.

        The place is not the API, so no token goes there.

        Raises:
            TransportError: No whole answer arrived.
        """
        ...

    async def aclose(self) -> None:
        """Let go of all connections; a second time does nothing."""
        ...

    def abandon(self) -> None:
        """Let go without waiting, from a finalizer."""
        ...


@attrs.frozen
class Endpoint:
    """One operation of the API: a method and a path with places for ids."""

    method: str
    """HTTP method, in capitals."""
    template: str
    """Path with `{names}` where ids go."""

    def request(
        self,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        body: Mapping[str, JSON] | None = None,
        **ids: str,
    ) -> Request:
        """
        Fill in the ids, percent-encoded, and encode the body.

        Raises:
            ConfigurationError: An id could lead to another path, or something in the
                body has no JSON form.
        """
        encoded = {name: encode_id(name, value) for name, value in ids.items()}
        return Request(
            method=self.method,
            path=self.template.format(**encoded),
            params=params or {},
            body=None if body is None else encode_json(body),
        )


def encode_id(name: str, value: str) -> str:
    """
    Percent-encode an id; refuse what a server may read as more than one segment.

    Raises:
        ConfigurationError: The id could lead to another path.
    """
    check_instance(name, value, str)
    problem = problem_of_id(value)
    if problem:
        msg = f"{name} {problem}: {value[:40]!r}"
        raise ConfigurationError(msg)
    return quote(value, safe="")


def problem_of_id(value: str) -> str:
    """Say why a text cannot be an id in a path; empty when it can."""
    if not value or value in {".", ".."}:
        return "must name something"
    if len(value) > _LONGEST_ID:
        return f"must not be longer than {_LONGEST_ID} characters"
    if any(letter in "/\\" or not letter.isprintable() for letter in value):
        return "must not contain slashes or control characters"
    return ""
