"""The platform's models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Unpack

from gradient_async.models.models import Model, ModelUsecase
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.arguments import check_argument, parse_members
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.resource import Resource

_LIST: Final = ListOperation("genai_list_models", "/v2/gen-ai/models", Model, "models")


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

        Source: GET /v2/gen-ai/models, `genai_list_models`.
        """
        request = _LIST.request(
            usecases=parse_members("usecases", usecases, ModelUsecase),
            public_only=check_argument("public_only", public_only, bool | None),
        )
        return _LIST.paginate(self._caller, request, **paging)
