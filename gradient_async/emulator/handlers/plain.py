"""Operations on plain resources, which are data: collections and fixed lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.domain.collection import Collection
from gradient_async.emulator.handlers.context import ACCOUNT, get_time, read_message
from gradient_async.emulator.handlers.responses import (
    BytesResponse,
    json_response,
    list_response,
)

Handler: TypeAlias = Callable[[web.Request], Awaitable[BytesResponse]]


def list_fixed(key: str, items: Sequence[Mapping[str, object]]) -> Handler:
    """Return a handler that lists what is the same for all accounts."""

    async def handle(request: web.Request) -> BytesResponse:
        return list_response(request, key, items, dict)

    return handle


def list_of(collection: Collection) -> Handler:
    """Return a handler that lists one page, newest first."""

    async def handle(request: web.Request) -> BytesResponse:
        items = tuple(reversed(_items(request, collection).values()))
        return list_response(request, f"{collection.key}s", items, collection.describe)

    return handle


def get_from(collection: Collection) -> Handler:
    """Return a handler that returns one."""

    async def handle(request: web.Request) -> BytesResponse:
        return _respond(collection, _find(request, collection))

    return handle


def create_in(collection: Collection) -> Handler:
    """Return a handler that creates one."""

    async def handle(request: web.Request) -> BytesResponse:
        message = await read_message(request)
        uuid = request[ACCOUNT].create_id()
        item = collection.create(message, uuid, get_time(request))
        _items(request, collection)[uuid] = item
        return _respond(collection, item)

    return handle


def update_in(collection: Collection) -> Handler:
    """Return a handler that replaces what the body names."""

    async def handle(request: web.Request) -> BytesResponse:
        message = await read_message(request)
        item = _find(request, collection)
        collection.update(item, message, get_time(request))
        return _respond(collection, item)

    return handle


def delete_from(collection: Collection) -> Handler:
    """Return a handler that deletes one."""

    async def handle(request: web.Request) -> BytesResponse:
        item = _find(request, collection)
        del _items(request, collection)[item["uuid"]]
        return json_response({"uuid": item["uuid"]})

    return handle


def _items(request: web.Request, collection: Collection) -> dict[str, dict[str, Any]]:
    return request[ACCOUNT].collections.setdefault(collection.key, {})


def _find(request: web.Request, collection: Collection) -> dict[str, Any]:
    """Return the one in the path, or raise an `ApiError`."""
    items = _items(request, collection)
    if request.match_info["uuid"] not in items:
        raise ApiError(404)
    return items[request.match_info["uuid"]]


def _respond(collection: Collection, item: Mapping[str, object]) -> BytesResponse:
    return json_response({collection.key: collection.describe(item)})
