"""Read any list of the API as plain JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias, Unpack

import attrs

from gradient_async.checks import check_instance, require_nonempty_str
from gradient_async.codec import JSON, encode_json
from gradient_async.errors import ConfigurationError, DecodeError
from gradient_async.paging import Page, Paginator, Paging
from gradient_async.paging.list_reader import ListReader
from gradient_async.printable import printable
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Request

JSONObject: TypeAlias = Mapping[str, JSON]
"""A JSON object, with every member that the server sent."""

# Members of a list's response beside the items.
_FRAME: Final = frozenset({"links", "meta"})

_MAX_SHOWN: Final = 200


@attrs.frozen
class _Source:
    """Where the items of a list are, and how its pages are requested."""

    caller: Caller
    request: Request
    key: str | None
    """Name of the member with the items; None finds the only list."""
    size_parameter: str
    """Name of the query parameter for the number of items per page."""


def paginate_json(
    caller: Caller,
    request: Request,
    *,
    key: str | None,
    size_parameter: str,
    **paging: Unpack[Paging],
) -> Paginator[JSONObject]:
    """
    Return a paginator over a list; `request` lacks only the page parameters.

    Raises:
        ConfigurationError: An option is invalid.
        TypeError: A keyword is not one of `Paging`.
    """
    check_instance("key", key, str | None)
    require_nonempty_str("size_parameter", size_parameter)
    taken = {"page", size_parameter} & {*request.params}
    if taken or size_parameter == "page":
        msg = "params and size_parameter must not have page numbers: pass `start=`"
        raise ConfigurationError(msg)
    source = _Source(caller, request, key, size_parameter)
    fetch = partial(_fetch_page, source)
    return Paginator(ListReader(fetch, path=request.path, keys=_identify, **paging))


async def _fetch_page(
    source: _Source, page: int, per_page: int
) -> Callable[[], Page[JSONObject]]:
    """Fetch one page, counted from 1; the function returned decodes it."""
    numbers = {"page": str(page), source.size_parameter: str(per_page)}
    request = attrs.evolve(source.request, params={**source.request.params, **numbers})
    return await source.caller.fetch_json(request, partial(_read_page, source, page))


def _read_page(source: _Source, number: int, body: JSON) -> Page[JSONObject]:
    if not isinstance(body, Mapping):
        msg = f"Expected a list in an object, got {type(body).__name__}"
        raise DecodeError(msg)
    items = _find_items(body, source.key)
    meta, links = _object(body, "meta"), _object(_object(body, "links"), "pages")
    pages, total = _count(meta, "pages"), _count(meta, "total")
    size = _count(meta, source.size_parameter) or len(items)
    is_short = total is not None and not pages and number * size < total
    return Page(
        items=items,
        page=number,
        pages=pages or None,
        total=total,
        has_next=bool(links.get("next")) or is_short,
    )


def _find_items(body: JSONObject, key: str | None) -> tuple[JSONObject, ...]:
    """Return the items; a list without any may lack its member, but not its frame."""
    if key is None:
        key = _find_key(body)
    value = body.get(key)
    if value is None and not _FRAME.isdisjoint(body):
        _check_key(body, key)
        return ()
    if not isinstance(value, list):
        msg = f"Expected a list, got {type(value).__name__}"
        raise DecodeError(msg, json_path=f"$.{key}")
    for index, item in enumerate(value):
        if not isinstance(item, Mapping):
            msg = f"Expected an object, got {type(item).__name__}"
            raise DecodeError(msg, json_path=f"$.{key}[{index}]")
    return tuple(value)


def _find_key(body: JSONObject) -> str:
    """Return the name of the only list; empty if there is none."""
    keys = [name for name, value in body.items() if isinstance(value, list)]
    if len(keys) > 1:
        msg = f"pass `key=`: the response has several lists, {_show(keys)}"
        raise DecodeError(msg)
    return keys[0] if keys else ""


def _check_key(body: JSONObject, key: str) -> None:
    """Raise if the items are under another key, so that no list is silently empty."""
    others = [name for name, value in body.items() if value and isinstance(value, list)]
    if key and key not in body and others:
        msg = f"there is no list {key!r}, but {_show(others)}"
        raise DecodeError(msg)


def _show(names: Sequence[str]) -> str:
    """Return the start of names that the server sent, safe to print."""
    return printable(", ".join(names))[:_MAX_SHOWN]


def _object(body: JSONObject, name: str) -> JSONObject:
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def _count(meta: JSONObject, name: str) -> int | None:
    """Return a count, which may be sent as a string; None if it cannot be true."""
    value = meta.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:18])
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value >= 0 else None


def _identify(items: Sequence[JSONObject]) -> tuple[Hashable, ...]:
    """Return what identifies each item: its uuid, its id, or all that it has."""
    return tuple([_key(item) for item in items])


def _key(item: JSONObject) -> Hashable:
    names = (item.get(name) for name in ("uuid", "id"))
    keys = (it for it in names if it and isinstance(it, str | int))
    return next(keys, None) or encode_json(item)
