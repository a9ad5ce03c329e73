"""Model routers: each request goes to the model that its task calls for."""

from __future__ import annotations

import attrs

from gradient_async.models.base import APIObject
from gradient_async.models.scalars import Timestamp


@attrs.frozen(kw_only=True)
class ModelSelectionPolicy(APIObject):
    """How to choose among the models of a task."""

    prefer: str = ""
    """`none`, `cheapest` or `fastest`."""


@attrs.frozen(kw_only=True)
class CustomTask(APIObject):
    """A task that is not one of the presets."""

    name: str = ""
    """Name of the task."""
    description: str = ""
    """What the task is, by which requests are recognized."""


@attrs.frozen(kw_only=True)
class ModelRouterPolicy(APIObject):
    """Which models serve a task: either a preset or one of your own."""

    task_slug: str = ""
    """Slug of a preset, see `client.model_routers.list_task_presets()`."""
    custom_task: CustomTask | None = None
    """A task of your own; None for a preset."""
    models: tuple[str, ...] = ()
    """Names of the models, as in `ModelCatalogEntry.model_id`."""
    selection_policy: ModelSelectionPolicy | None = None
    """How to choose among them; None leaves it to the platform."""


@attrs.frozen(kw_only=True)
class ModelRouterConfig(APIObject):
    """What a router does."""

    policies: tuple[ModelRouterPolicy, ...] = ()
    """Models for each task."""
    fallback_models: tuple[str, ...] = ()
    """Models for everything else and after failures, the first one first."""


@attrs.frozen(kw_only=True)
class ModelRouter(APIObject):
    """A router, which can be called like a model."""

    uuid: str = ""
    """Id of the router."""
    name: str = ""
    """Name of the router."""
    description: str = ""
    """Description of the router."""
    config: ModelRouterConfig | None = None
    """What it does; None if the response does not say."""
    regions: tuple[str, ...] = ()
    """Where it is deployed: everywhere."""
    created_at: Timestamp | None = None
    """Time of creation, UTC."""
    updated_at: Timestamp | None = None
    """Time of the last change, UTC."""


@attrs.frozen(kw_only=True)
class ModelRouterPreset(APIObject):
    """A configuration to start from."""

    slug: str = ""
    """Its permanent name."""
    display_name: str = ""
    """Display name."""
    short_description: str = ""
    """Description in one line."""
    long_description: str = ""
    """Full description."""
    config: ModelRouterConfig | None = None
    """The configuration; None if the response has none."""


@attrs.frozen(kw_only=True)
class ModelRouterTaskPreset(APIObject):
    """A task that policies can name by its slug."""

    task_slug: str = ""
    """Its permanent name."""
    name: str = ""
    """Display name."""
    description: str = ""
    """What the task is."""
    category: str = ""
    """Group of tasks that it belongs to."""
    tags: tuple[str, ...] = ()
    """Labels."""
    models: tuple[str, ...] = ()
    """Models that serve it by default."""
    selection_policy: ModelSelectionPolicy | None = None
    """How to choose among them; None if the response does not say."""
