"""Model routers and their presets."""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType
from typing import Final, Unpack

from gradient_async.models.model_routers import (
    ModelRouter,
    ModelRouterPolicy,
    ModelRouterPreset,
    ModelRouterTaskPreset,
)
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.methods import calls, paginates
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource

_PATH: Final = "/v2/gen-ai/models/routers"
_ONE: Final = _PATH + "/{uuid}"
_KEY: Final = "model_router"
_LIST: Final = ListOperation(
    "genai_list_model_routers", _PATH, ModelRouter, "model_routers"
)
_GET: Final = Operation("genai_get_model_router", "GET", _ONE, ModelRouter, _KEY)
_CREATE: Final = Operation(
    "genai_create_model_router", "POST", _PATH, ModelRouter, _KEY
)
_UPDATE: Final = Operation("genai_update_model_router", "PUT", _ONE, ModelRouter, _KEY)
_DELETE: Final = Operation("genai_delete_model_router", "DELETE", _ONE, NoneType)
_PRESETS: Final = ListOperation(
    "genai_list_model_router_presets",
    _PATH + "/presets",
    ModelRouterPreset,
    "presets",
    identity="slug",
)
_TASKS: Final = ListOperation(
    "genai_list_model_router_task_presets",
    _PATH + "/tasks/presets",
    ModelRouterTaskPreset,
    "tasks",
    identity="task_slug",
)


class ModelRouters(Resource):
    """
    The account's model routers, `client.model_routers`.

    A router is called like a model. It recognizes the task of each request, and passes
    it on to one of the models that its policies name for this task.
    """

    @paginates(_LIST)
    def list(self, **paging: Unpack[Paging]) -> Paginator[ModelRouter]:
        """Iterate over the account's routers, across all pages."""

    @calls(_GET)
    async def get(self, uuid: str) -> ModelRouter:
        """Fetch one router."""

    @calls(_CREATE)
    async def create(
        self,
        name: str,
        *,
        fallback_models: Iterable[str],
        policies: Iterable[ModelRouterPolicy] = (),
        description: str | None = None,
    ) -> ModelRouter:
        """
        Create a router and return it.

        Args:
            name: Its name: lower-case letters, digits and hyphens, at most 255.
            fallback_models: Models for requests that no policy covers, at least one;
                the next one is used if the one before it fails.
            policies: Models for each task.
            description: Its description; None means none.

        Raises:
            OutcomeUnknownError: The response was lost; search `list` for the name to
                see whether the router exists.
        """

    @calls(_UPDATE)
    async def update(
        self,
        uuid: str,
        *,
        name: str | None = None,
        fallback_models: Iterable[str] | None = None,
        policies: Iterable[ModelRouterPolicy] | None = None,
        description: str | None = None,
    ) -> ModelRouter:
        """
        Change a router and return it; None leaves a value unchanged.

        Args:
            uuid: Id of the router.
            name: New name.
            fallback_models: New models for requests that no policy covers.
            policies: New policies, which replace the present ones.
            description: New description.
        """

    @calls(_DELETE)
    async def delete(self, uuid: str) -> None:
        """Delete a router."""

    @paginates(_PRESETS)
    def list_presets(self, **paging: Unpack[Paging]) -> Paginator[ModelRouterPreset]:
        """Iterate over configurations to start from, across all pages."""

    @paginates(_TASKS)
    def list_task_presets(
        self, **paging: Unpack[Paging]
    ) -> Paginator[ModelRouterTaskPreset]:
        """Iterate over the tasks that policies can name, across all pages."""
