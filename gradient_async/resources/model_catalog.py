"""The catalogue of models."""

from __future__ import annotations

from typing import Final, Unpack

from gradient_async.models.model_catalog import ModelCatalogCard, ModelCatalogEntry
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.methods import calls, paginates
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource

_PATH: Final = "/v2/gen-ai/models/catalog"
_LIST: Final = ListOperation(
    "genai_list_model_catalog",
    _PATH,
    ModelCatalogEntry,
    "data",
    identity="id",
    size_parameter="limit",
    has_links=False,
)
_GET: Final = Operation(
    "genai_get_model_catalog_card", "GET", _PATH + "/{id}", ModelCatalogCard, "data"
)


class ModelCatalog(Resource):
    """
    The catalogue of the models that the platform serves, `client.model_catalog`.

    `client.models` lists models by what they are used for in knowledge bases and
    agents; the catalogue has more on each, and all prices.
    """

    @paginates(_LIST)
    def list(
        self,
        *,
        search: str | None = None,
        model_type: str | None = None,
        provider: str | None = None,
        availability: str | None = None,
        badges: str | None = None,
        use_case: str | None = None,
        sort_by: str | None = None,
        sort_direction: str | None = None,
        **paging: Unpack[Paging],
    ) -> Paginator[ModelCatalogEntry]:
        """
        Iterate over the models, across all pages.

        The filters are newer than the API's description, which does not list their
        values; they are sent as they are.

        Args:
            search: Only models that match this text; None, as for all, means any.
            model_type: Only models of this type.
            provider: Only models of this provider.
            availability: Only models that can be used this way.
            badges: Only models with this label.
            use_case: Only models for this use.
            sort_by: What to sort by.
            sort_direction: In which direction to sort.
        """

    @calls(_GET)
    async def get(self, id: str, *, model_id: str | None = None) -> ModelCatalogCard:  # noqa: A002
        """
        Fetch everything on one model.

        Args:
            id: Its id in the catalogue.
            model_id: Its name in requests, by which the API can find it, too.
        """
