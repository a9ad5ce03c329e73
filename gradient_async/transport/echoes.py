"""Check that a response is about what the request asked for; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gradient_async.errors import DecodeError

_UUID: Final = re.compile(r"[0-9A-Fa-f-]{32,36}")


def check_echoes(response: object, echoes: Mapping[str, str]) -> None:
    """
    Raise unless a decoded response repeats the ids of its request.

    A response may belong to another request if something between here and the API
    mixes them up. Ids that the response lacks are not compared.

    Args:
        response: The decoded response.
        echoes: The expected ids, by their place in the response.

    Raises:
        DecodeError: An id is another one.
    """
    for place, expected in echoes.items():
        for json_path, found in _find(response, place.split("."), "$"):
            if found and _normalize(found) != _normalize(expected):
                # Anything else may be long, or a secret that the server repeats.
                shown = repr(found) if _UUID.fullmatch(found) else "something else"
                msg = f"Expected the id {expected!r}, got {shown}"
                raise DecodeError(msg, json_path=json_path)


def _find(value: object, names: list[str], path: str) -> Iterator[tuple[str, str]]:
    """Yield each id at a place, one per item of a list, with its JSON path."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _find(item, names, f"{path}[{index}]")
    elif not names:
        yield path, str(value)
    elif value is not None:
        yield from _find(getattr(value, names[0]), names[1:], f"{path}.{names[0]}")


def _normalize(uuid: str) -> str:
    """Return an id without the differences that servers ignore in UUIDs."""
    return uuid.replace("-", "").lower()
