"""Build request bodies and query parameters of arguments; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradient_async.codec import JSON, to_body
from gradient_async.transport.endpoint import format_query


class Body(dict[str, JSON]):
    """A request body; its repr, which tracebacks may show, hides the values."""

    def __repr__(self) -> str:
        """Show the keys alone."""
        return f"<body of {', '.join(self)}>"


def build_body(arguments: Mapping[str, object]) -> Body:
    """Build a request body of the arguments that are not None."""
    given = {name: it for name, it in arguments.items() if it is not None}
    return Body({name: to_body(it) for name, it in given.items()})


def build_query(arguments: Mapping[str, object]) -> dict[str, str | Sequence[str]]:
    """
    Build query parameters of the arguments that are not None.

    Several values repeat their name; no values are left out.
    """
    given = {name: it for name, it in arguments.items() if it not in {None, ()}}
    return {name: _to_text(it) for name, it in given.items()}


def _to_text(value: object) -> str | Sequence[str]:
    if isinstance(value, tuple | frozenset):
        # Sorted, so that equal calls send equal requests.
        return sorted(str(_to_text(it)) for it in value)
    return format_query(value)
