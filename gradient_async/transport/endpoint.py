"""Build paths of templates and ids, and requests of a caller's own path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import quote

from gradient_async.checks import check_instance
from gradient_async.codec import JSON, encode_json
from gradient_async.errors import ConfigurationError
from gradient_async.transport.wire import Request

QueryValue: TypeAlias = "str | int | float | Sequence[str | int | float]"
"""Value of a query parameter; a sequence repeats the parameter."""

_MAX_ID_LENGTH: Final = 255

# An id of a path template.
_NAME: Final = re.compile(r"\{(\w+)\}")

_METHOD: Final = re.compile(r"[A-Z]+")

# RFC 3986, section 3.3; dot segments are checked separately.
_PATH: Final = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_DOT_SEGMENT: Final = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)


def find_names(template: str) -> tuple[str, ...]:
    """Return the names of the ids in a path template."""
    return tuple(_NAME.findall(template))


def fill_path(template: str, ids: Mapping[str, object]) -> str:
    """
    Return a path template with its ids filled in, percent-encoded.

    Raises:
        ConfigurationError: An id is invalid.
    """
    return _NAME.sub(lambda name: encode_id(name[1], ids[name[1]]), template)


def encode_id(name: str, value: object) -> str:
    """
    Return an id percent-encoded for a path.

    Raises:
        ConfigurationError: The id is invalid, see `find_id_problem`.
    """
    check_instance(name, value, str)
    problem = find_id_problem(str(value))
    if problem:
        msg = f"{name} {problem}: {str(value)[:40]!r}"
        raise ConfigurationError(msg)
    return quote(str(value), safe="")


def find_id_problem(value: str) -> str:
    """
    Return why a string cannot be an id in a path; empty if it can.

    A server may decode a slash or a dot segment and route the request elsewhere.
    """
    if not value or value in {".", ".."}:
        return "must not be empty or dots"
    if len(value) > _MAX_ID_LENGTH:
        return f"must not be longer than {_MAX_ID_LENGTH} characters"
    if "/" in value or "\\" in value or not value.isprintable():
        return "must not contain slashes or control characters"
    return ""


def build_raw_request(
    method: str,
    path: str,
    *,
    params: Mapping[str, QueryValue] | None,
    json: JSON,
) -> Request:
    """
    Build a request from what a caller of `Client.request` passed.

    Raises:
        ConfigurationError: An argument is invalid.
    """
    check_instance("method", method, str)
    if not _METHOD.fullmatch(method.upper()):
        msg = f"{method!r} is not an HTTP method"
        raise ConfigurationError(msg)
    _check_path(path)
    check_instance("params", params, Mapping | None)
    return Request(
        method=method.upper(),
        path=path,
        params={name: _to_query(name, it) for name, it in (params or {}).items()},
        body=None if json is None else encode_json(json),
    )


def _check_path(path: str) -> None:
    check_instance("path", path, str)
    has_dots = any(_DOT_SEGMENT.fullmatch(segment) for segment in path.split("/"))
    if has_dots or not _PATH.fullmatch(path):
        msg = (
            f"path must look like /v2/gen-ai/agents, percent-encoded, without a query "
            f"or dot segments, not {path!r}"
        )
        raise ConfigurationError(msg)


def _to_query(name: str, value: QueryValue) -> str | tuple[str, ...]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(_to_text(name, item) for item in value)
    return _to_text(name, value)


def _to_text(name: str, value: object) -> str:
    check_instance(f"params[{name!r}]", value, str | int | float)
    return format_query(value)


def format_query(value: object) -> str:
    """Return a single value of a query parameter as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
