"""Build paginators over the API's lists."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Protocol, TypeVar, Unpack

import attrs

from gradient_async.models.lists import ListResponse
from gradient_async.paging import Page, Paginator, Paging
from gradient_async.paging.list_reader import ListReader
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Request


class _Item(Hashable, Protocol):
    """An item of a list."""

    @property
    def uuid(self) -> str: ...


T = TypeVar("T", bound=_Item)


def paginate(
    caller: Caller,
    request: Request,
    shape: type[ListResponse[T]],
    keep: Callable[[T], bool] | None = None,
    /,
    **paging: Unpack[Paging],
) -> Paginator[T]:
    """
    Return a paginator over a list; `request` lacks only the page parameters.

    Raises:
        ConfigurationError: A paging option is out of range.
        TypeError: A keyword is not one of `Paging`.
    """
    return Paginator(
        ListReader(
            partial(fetch_page, caller, request, shape),
            path=request.path,
            keys=identify,
            keep=keep,
            **paging,
        )
    )


async def fetch_page(
    caller: Caller,
    request: Request,
    shape: type[ListResponse[T]],
    page: int,
    per_page: int,
) -> Callable[[], Page[T]]:
    """Fetch one page of a list, counted from 1; the function returned decodes it."""
    params = {**request.params, "page": str(page), "per_page": str(per_page)}
    decode = await caller.fetch(attrs.evolve(request, params=params), shape)
    return lambda: build_page(page, decode())


def build_page(number: int, response: ListResponse[T]) -> Page[T]:
    """Build a page; counts that cannot be true are dropped."""
    meta = response.meta
    total = meta.total if meta else None
    return Page(
        items=response.items or (),
        page=number,
        pages=meta.pages if meta and meta.pages > 0 else None,
        total=None if total is None or total < 0 else total,
        has_next=bool(response.links.pages.next),
    )


def identify(items: Sequence[_Item]) -> tuple[Hashable, ...]:
    """Return what identifies each item: its uuid, or where that is empty, itself."""
    return tuple([item.uuid or item for item in items])
