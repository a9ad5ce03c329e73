"""Lists: one page by one call, and all of them as a paginator."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

import attrs
from multidict import MultiDict

from gradient_async.models.lists import ListResponse
from gradient_async.paging import Page, Paginator, Position
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Request

T = TypeVar("T", bound=Hashable)


def paginate(
    caller: Caller,
    request: Request,
    shape: type[ListResponse[T]],
    *,
    keep: Callable[[T], bool] | None = None,
    max_items: int | None,
    per_page: int | None,
    prefetch: int,
    start: Position | None,
) -> Paginator[T]:
    """Make the paginator of a list; the request lacks nothing but its page."""
    return Paginator(
        partial(fetch_page, caller, request, shape),
        path=request.path,
        key=identify,
        keep=keep,
        max_items=max_items,
        per_page=per_page,
        prefetch=prefetch,
        start=start,
    )


async def fetch_page(
    caller: Caller,
    request: Request,
    shape: type[ListResponse[T]],
    page: int,
    per_page: int,
) -> Page[T]:
    """Fetch one page of a list, counted from 1."""
    numbers = {"page": str(page), "per_page": str(per_page)}
    params = MultiDict([*request.params.items(), *numbers.items()])
    answer = await caller.call(attrs.evolve(request, params=params), shape)
    return page_of(page, answer)


def page_of(number: int, answer: ListResponse[T]) -> Page[T]:
    """Take the number asked for, and no count that cannot be one."""
    meta = answer.meta
    return Page(
        items=answer.items or (),
        page=number,
        pages=meta.pages if meta and meta.pages > 0 else None,
        total=meta.total if meta and meta.total >= 0 else None,
        has_next=bool(answer.links.pages.next),
    )


def identify(item: Hashable) -> Hashable:
    """Give what makes an item itself; one without an id is itself as a whole."""
    return getattr(item, "uuid", "") or item
