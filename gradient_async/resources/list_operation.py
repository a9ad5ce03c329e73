"""Operations that list something, page by page."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cache, partial
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar, Unpack

import attrs

from gradient_async.models.lists import ListResponse
from gradient_async.paging import Page, Paginator, Paging
from gradient_async.paging.list_reader import ListReader
from gradient_async.resources.bodies import build_query
from gradient_async.resources.operation import Record, find_echoes
from gradient_async.transport.calls import Caller
from gradient_async.transport.endpoint import fill_path, find_names
from gradient_async.transport.wire import Request

T = TypeVar("T", bound=Hashable)


@attrs.frozen
class ListOperation(Generic[T]):
    """An operation that lists items of one type."""

    method: ClassVar[str] = "GET"
    """HTTP method."""

    id: str
    """Id in the API's description."""
    path: str
    """Path, with `{names}` in place of ids."""
    item: type[T]
    """Type of the items."""
    key: str
    """Key of the items in the response."""
    record: type[Record[T]] | None = attrs.field(default=None, kw_only=True)
    """Type that an item is decoded as; None if it is that of the items."""
    identity: str = attrs.field(default="uuid", kw_only=True)
    """Name of the field that identifies an item."""
    size_parameter: str = attrs.field(default="per_page", kw_only=True)
    """Query parameter for the number of items per page."""
    has_links: bool = attrs.field(default=True, kw_only=True)
    """Whether pages link to the next one; without links, all are read up to an empty
    one, unless the response counts them."""

    @property
    def payload(self) -> Any:
        """The type that an item is decoded as."""
        return self.record or self.item

    @property
    def response(self) -> type[ListResponse[Any]]:
        """The attrs class that a page is decoded into."""
        return _list_response(self.payload, self.key)

    def request(self, **arguments: object) -> Request:
        """
        Build a request that lacks only the page parameters.

        Arguments that the path names are percent-encoded into it, the others are the
        query; None is left out.

        Raises:
            ConfigurationError: An id is invalid.
        """
        ids = {name: arguments.pop(name) for name in find_names(self.path)}
        return Request(
            method=self.method,
            path=fill_path(self.path, ids),
            params=build_query(arguments),
            operation=self.id,
            route=self.path,
            echoes=find_echoes(ids, self.payload, self.key),
        )

    def paginate(
        self,
        caller: Caller,
        request: Request,
        keep: Callable[[T], bool] | None = None,
        /,
        **paging: Unpack[Paging],
    ) -> Paginator[T]:
        """
        Return a paginator over the list.

        Raises:
            ConfigurationError: A paging option is out of range.
            TypeError: A keyword is not one of `Paging`.
        """
        fetch = partial(self.fetch_page, caller, request)
        path = request.path
        return Paginator(
            ListReader(fetch, path=path, keys=self.identify, keep=keep, **paging)
        )

    async def fetch_page(
        self, caller: Caller, request: Request, page: int, per_page: int
    ) -> Callable[[], Page[T]]:
        """Fetch one page, counted from 1; the function returned decodes it."""
        size = {"page": str(page), self.size_parameter: str(per_page)}
        request = attrs.evolve(request, params={**request.params, **size})
        decode = await caller.fetch(request, self.response)
        return lambda: self.build_page(page, decode())

    def build_page(self, number: int, response: ListResponse[Any]) -> Page[T]:
        """Build a page; counts that cannot be true are dropped."""
        meta, items = response.meta, response.items or ()
        total = meta.total if meta else None
        return Page(
            items=tuple([it.to_result() for it in items]) if self.record else items,
            page=number,
            pages=meta.pages if meta and meta.pages > 0 else None,
            total=None if total is None or total < 0 else total,
            has_next=bool(response.links.pages.next) or not self.has_links,
        )

    def identify(self, items: Sequence[T]) -> tuple[Hashable, ...]:
        """Return what identifies each item: its id, or where that is empty, itself."""
        keys = tuple(map(attrgetter(self.identity), items))
        if all(keys):
            return keys
        return tuple([key or item for key, item in zip(keys, items, strict=True)])


@cache
def _list_response(item: Any, key: str) -> type[ListResponse[Any]]:
    """Return a response class whose items are under a key."""
    # None means that the response has no such key.
    items: Any = tuple[item, ...] | None
    return attrs.make_class(
        "ListResponse",
        {key: attrs.field(type=items, default=None)},
        bases=(ListResponse,),
        class_body={"items_key": key},
        frozen=True,
        slots=True,
        kw_only=True,
    )
