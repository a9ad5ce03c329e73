"""Ask which models there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from multidict import MultiDict

from gradient_async.models.models import Model, ModelsResponse, ModelUsecase
from gradient_async.paging import Paginator, Position
from gradient_async.paging.paginator import PREFETCH
from gradient_async.resources.arguments import query_of, read_members
from gradient_async.resources.paged import paginate
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Endpoint

_LIST: Final = Endpoint("GET", "/v2/gen-ai/models")


class Models:
    """The platform's models, `client.models`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        usecases: Iterable[str] | str | None = None,
        public_only: bool | None = None,
        max_items: int | None = None,
        per_page: int | None = None,
        prefetch: int = PREFETCH,
        start: Position | None = None,
    ) -> Paginator[Model]:
        """
        List the models, across all pages.

        Sends nothing by itself: iterate over what it gives, and pages are fetched as
        they are needed, each by one call with its own deadline and retries.

        Args:
            usecases: Only models for these, as `ModelUsecase` members, short names
                (`"knowledgebase"`) or wire values; the server filters. None means all.
            public_only: Whether to leave out models that are not public; None leaves
                it to the platform.
            max_items: Give so many at most; None means all.
            per_page: Items to fetch with one request, 1 to 200; None means 200, or as
                many as `start` was noted with.
            prefetch: Pages to ask for at once, 4 by default; 1 reads one by one.
            start: Where to go on, a `Paginator.position`; None means the beginning.

        Raises:
            ConfigurationError: An argument cannot work.
            GradientError: While iterating, whatever a call may raise; or
                `PaginationError`, when the server's pages contradict each other.

        Source: GET /v2/gen-ai/models, `genai_list_models`.
        """
        wanted = read_members("usecases", usecases, ModelUsecase) or ()
        # The same order each time, so that equal calls send equal requests.
        repeated = [("usecases", it.value) for it in sorted(wanted)]
        params = MultiDict([*repeated, *query_of(public_only=public_only).items()])
        return paginate(
            self._caller,
            _LIST.request(params=params),
            ModelsResponse,
            max_items=max_items,
            per_page=per_page,
            prefetch=prefetch,
            start=start,
        )
