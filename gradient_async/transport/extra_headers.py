"""Check the headers that a caller adds to requests; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError

# RFC 9110, section 5.6.2; and visible characters, without line breaks, section 5.5.
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[!-~]([ \t!-~]*[!-~])?|")

# Credentials, and what decides how a message is framed and decoded.
_RESERVED: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def check_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """
    Return headers by their names in lower case, ready to be added to a request.

    Raises:
        ConfigurationError: A name or value is invalid, or the client sets the header
            itself. The message does not show values, which may be secrets.
    """
    check_instance("headers", headers, Mapping)
    return {_check_name(name): _check_value(name, headers[name]) for name in headers}


def _check_name(name: str) -> str:
    check_instance("a header's name", name, str)
    if not _NAME.fullmatch(name):
        msg = f"{name!r} is not a valid name of a header"
        raise ConfigurationError(msg)
    if name.lower() in _RESERVED:
        msg = f"the header {name} is set by the client itself"
        raise ConfigurationError(msg)
    return name.lower()


def _check_value(name: str, value: str) -> str:
    check_instance(f"headers[{name!r}]", value, str)
    if not _VALUE.fullmatch(value):
        msg = f"headers[{name!r}] contains line breaks or characters other than ASCII"
        raise ConfigurationError(msg)
    return value
