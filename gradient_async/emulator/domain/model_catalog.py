"""The catalogue of models: entries for the list, and a card of each."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from gradient_async.emulator.domain.knowledge_bases.catalogue import MODELS

_ENTRY: Final = {"scaled_pricing_enabled": True, "created_at": "2026-01-15T09:00:00Z"}
_HOURS: Final = ("2026-11-01T00:00:00Z", "2026-11-01T12:00:00Z", "2026-11-02T00:00:00Z")
_SHARED: Final = (
    "name",
    "type",
    "provider",
    "capabilities",
    "context_window",
    "parameter_count",
    "pricing",
    "benchmark_score",
)


def _describe(fields: Mapping[str, Any]) -> dict[str, object]:
    """Return what the list and the card of a model have in common."""
    shared = {name: fields[name] for name in _SHARED if name in fields}
    return shared | {
        "id": fields["uuid"],
        "model_id": fields["id"],
        "short_description": fields["description"],
        "creator": "Harbour",
        "availability": [fields["model_availability"]],
        "badges": ["new"],
        "max_output_tokens": "4096",
        "hugging_face_id": f"emulator/{fields['id']}",
    }


def _price(prices: object) -> dict[str, object]:
    """Return all prices of a model, which vary over the day."""
    intervals = [
        {"start_time": start, "end_time": end, "prices": prices}
        for start, end in pairwise(_HOURS)
    ]
    scaled = {"intervals": intervals, "min_prices": prices, "max_prices": prices}
    variant = {
        "label": "Standard",
        "currency": "USD",
        "mode": "MODEL_BILLING_MODE_INTERACTIVE",
        "tier": "MODEL_PRICING_TIER_STANDARD",
        "prices": prices,
        "scaled_pricing": scaled,
    }
    return {"variants": [variant]}


ENTRIES: Final[tuple[dict[str, object], ...]] = tuple(
    _describe(model.fields) | _ENTRY for model in MODELS
)
"""The entries of the list."""

CARDS: Final[tuple[dict[str, object], ...]] = tuple(
    _describe(model.fields)
    | {
        "description": model.fields["description"],
        "modalities": model.fields["modalities"],
        "pricing_detail": _price(model.fields.get("pricing", {})),
        "code_snippets": dict.fromkeys(
            ("curl", "javascript", "python", "sdk"), f"call {model.fields['id']}"
        ),
    }
    for model in MODELS
)
"""The cards, in the same order."""
