"""Find out what the body of a failed response says; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from gradient_async.codec import JSON, decode_json, encode_json
from gradient_async.errors import ConfigurationError, DecodeError

# Members that hold a text for people, or another object with one, the best first:
# this API's, OAuth's, and those of common gateways and frameworks.
_MESSAGES: Final = (
    "message",
    "error_description",
    "detail",
    "error",
    "errors",
    "title",
    "reason",
)

_MAX_DEPTH: Final = 8

_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


class ErrorBody(NamedTuple):
    """What the body of a failed response says, unchanged."""

    message: str = ""
    """What happened; empty if the body does not say."""
    id: str = ""
    """Short name of the error; may be empty."""
    request_id: str = ""
    """The server's id of the request; may be empty."""
    text: str = ""
    """The whole body: JSON without blanks and escapes, anything else unchanged."""


def read_error_body(body: bytes) -> ErrorBody:
    """Return what a body says: this API's JSON, somebody else's, HTML or plain text."""
    try:
        value = decode_json(body)
        text = encode_json(value).decode()
    except (DecodeError, ConfigurationError):
        text = body.decode(errors="replace").strip()
        return ErrorBody(message=_message_of_text(text), text=text)
    facts = value if isinstance(value, Mapping) else {}
    says_something = any(facts.values()) if facts else bool(value)
    return ErrorBody(
        message=_find_message(value) or (text if says_something else ""),
        id=_text(facts, "id") or _find_code(facts),
        request_id=_text(facts, "request_id"),
        text=text if value else "",
    )


def _message_of_text(text: str) -> str:
    """Return the title of a web page; any other text as it is."""
    if not text.startswith("<"):
        return text
    title = _TITLE.search(text)
    return " ".join(html.unescape(title[1]).split()) if title else ""


def _find_message(value: JSON, depth: int = 0) -> str:
    """Return the text for people in a JSON value; empty if there is none."""
    if isinstance(value, str):
        return value.strip()
    if depth == _MAX_DEPTH:
        return ""
    if isinstance(value, list):
        found = (_find_message(item, depth + 1) or _compact(item) for item in value)
        return "; ".join(filter(None, found))
    if not isinstance(value, Mapping):
        return ""
    members = (value.get(name) for name in _MESSAGES)
    texts = (_find_message(it, depth + 1) or _compact(it) for it in members)
    return next(filter(None, texts), "")


def _compact(value: JSON) -> str:
    """Return an object as JSON, so that nothing is lost; empty for anything else."""
    is_object = isinstance(value, Mapping) and value
    return encode_json(value).decode() if is_object else ""


def _find_code(facts: Mapping[str, JSON]) -> str:
    """Return the short name of an error that has none under `id`."""
    error = facts.get("error")
    nested = error if isinstance(error, Mapping) else {}
    return _text(facts, "code") or _text(nested, "code") or _text(nested, "type")


def _text(facts: Mapping[str, JSON], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""
