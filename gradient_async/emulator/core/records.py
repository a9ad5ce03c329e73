"""Values for tests: what the server received, and what they have added."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from attrs.setters import NO_OP, frozen


@attrs.define(kw_only=True, on_setattr=frozen)
class ReceivedRequest:
    """One request as it arrived, and the status of its response."""

    method: str
    """The method, such as `GET`."""
    path: str
    """The percent-encoded path, without the query."""
    query: Mapping[str, str]
    """The decoded query parameters; of a repeated one, the first value."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """The headers, with lower-case names; kept out of the repr: one holds the token."""
    account: int | None
    """The index of the token's account; None if unknown, and at the storage site."""
    at: float
    """The loop's time of arrival, in seconds."""
    request_id: str
    """The response's `x-request-id`, or `x-amz-request-id` at the storage site."""
    body: bytes = attrs.field(default=b"", repr=False, on_setattr=NO_OP)
    """The body, once an operation has read it; empty until then."""
    status: int | None = attrs.field(default=None, on_setattr=NO_OP)
    """The status of the response, set when it is sent; None if none was sent."""


@attrs.frozen(kw_only=True)
class ReceivedUpload:
    """One completely received file; its content is not kept."""

    object_key: str
    """The name under which it was stored."""
    size: int
    """The length in bytes."""
    sha256: str
    """The SHA-256 digest in hexadecimal."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """The headers of the upload, with lower-case names."""
    at: float
    """The loop's time when the upload ended, in seconds."""


@attrs.frozen(kw_only=True)
class AddedKnowledgeBase:
    """A knowledge base that a test has added."""

    uuid: str
    """Its id."""
    name: str
    """Its name."""
    source_uuids: tuple[str, ...]
    """The ids of its data sources, oldest first."""
