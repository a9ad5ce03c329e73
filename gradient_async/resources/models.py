"""The platform's models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Unpack

from gradient_async.models.models import Model, ModelsResponse, ModelUsecase
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.arguments import build_query, parse_members
from gradient_async.resources.paged import paginate
from gradient_async.resources.resource import Resource
from gradient_async.transport.endpoint import Endpoint

_LIST: Final = Endpoint("GET", "/v2/gen-ai/models")


class Models(Resource):
    """The platform's models, `client.models`."""

    def list(
        self,
        *,
        usecases: Iterable[str] | str | None = None,
        public_only: bool | None = None,
        **paging: Unpack[Paging],
    ) -> Paginator[Model]:
        """
        Iterate over the models, across all pages.

        Args:
            usecases: Only models for these use cases, as `ModelUsecase` members, short
                names (`"knowledgebase"`) or wire values; None means all.
            public_only: Whether to leave out models that are not public; None leaves
                it to the platform.
            **paging: Options of every list, see `Paging`.

        Source: GET /v2/gen-ai/models, `genai_list_models`.
        """
        params = build_query(public_only=public_only)
        if wanted := parse_members("usecases", usecases, ModelUsecase):
            # Sorted, so that equal calls send equal requests.
            params = {"usecases": sorted(it.value for it in wanted), **params}
        return paginate(
            self._caller, _LIST.request(params=params), ModelsResponse, **paging
        )
