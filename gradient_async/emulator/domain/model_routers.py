"""Model routers, and the presets that every account can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.domain.collection import Collection, one, several

_POLICIES: Final = several(
    task_slug=Message.string,
    custom_task=one(name=Message.string, description=Message.string),
    models=Message.strings,
    selection_policy=one(prefer=Message.string),
)

MODEL_ROUTERS: Final = Collection(
    "model_router",
    {
        "name": Message.required_string,
        "description": Message.string,
        "fallback_models": Message.strings,
        "policies": _POLICIES,
    },
    required=frozenset({"name", "fallback_models"}),
    nested={"fallback_models": "config", "policies": "config"},
    fixed={"regions": ["all"]},
)

TASK_PRESETS: Final[Sequence[Mapping[str, object]]] = tuple(
    {
        "task_slug": slug,
        "name": slug.title(),
        "description": f"Requests for {slug}.",
        "category": "text",
        "tags": ["text", slug],
        "models": ["harbour-70b-instruct"],
        "selection_policy": {"prefer": preference},
    }
    for slug, preference in (
        ("summarization", "cheapest"),
        ("translation", "fastest"),
        ("reasoning", "none"),
    )
)
"""The tasks that policies can name."""

PRESETS: Final[Sequence[Mapping[str, object]]] = tuple(
    {
        "slug": f"{preset['task_slug']}-first",
        "display_name": f"{preset['name']} first",
        "short_description": f"A model for {preset['task_slug']}, one for the rest.",
        "long_description": "A router to start from: one policy and one fallback.",
        "config": {
            "policies": [
                {name: preset[name] for name in ("task_slug", "models")}
                | {"selection_policy": preset["selection_policy"]}
            ],
            "fallback_models": ["harbour-70b-instruct"],
        },
    }
    for preset in TASK_PRESETS
)
"""Configurations to start from."""
