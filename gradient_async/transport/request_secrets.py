"""Find the secrets in a request, which a server may repeat; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gradient_async.codec import JSON, decode_json
from gradient_async.errors import DecodeError
from gradient_async.transport.credentials import Secret

_SECRET_NAME: Final = re.compile(
    r"api_?key|access_?key|private_?key|secret|password|token|credential", re.IGNORECASE
)


def find_secrets(body: bytes | None) -> tuple[Secret, ...]:
    """Return the credentials in a request's JSON body, by the names of its members."""
    if body is None:
        return ()
    try:
        return tuple(_find(decode_json(body)))
    except (DecodeError, RecursionError):
        # Nested more deeply than anything that the API takes.
        return ()


def _find(value: JSON) -> Iterator[Secret]:
    if isinstance(value, list):
        for item in value:
            yield from _find(item)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(item, str) and _SECRET_NAME.search(name):
                yield Secret(item)
            else:
                yield from _find(item)
