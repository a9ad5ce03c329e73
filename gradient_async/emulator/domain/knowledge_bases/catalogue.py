"""The regions and models that every account can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

USE_CASES: Final = (
    "MODEL_USECASE_UNKNOWN",
    "MODEL_USECASE_AGENT",
    "MODEL_USECASE_FINETUNED",
    "MODEL_USECASE_KNOWLEDGEBASE",
    "MODEL_USECASE_GUARDRAIL",
    "MODEL_USECASE_REASONING",
    "MODEL_USECASE_SERVERLESS",
)

_COMMON: Final[Mapping[str, object]] = {
    "provider": "MODEL_PROVIDER_DIGITALOCEAN",
    "model_availability": "serverless",
    "lifecycle_status": "active",
    "is_foundational": True,
    "upload_complete": True,
    "created_at": "2026-01-15T09:00:00Z",
    "updated_at": "2026-06-01T09:00:00Z",
}


@attrs.frozen
class Model:
    """A model, and the properties that lists are filtered by."""

    fields: Mapping[str, object]
    """The members of its JSON object."""
    usecases: frozenset[str]
    is_public: bool = True


@attrs.frozen
class EmbeddingModel:
    """An embedding model's limits for the size of chunks, in tokens."""

    uuid: str
    min_size: int
    max_size: int
    default_size: int


REGIONS: Final[Sequence[Mapping[str, object]]] = tuple(
    {
        "region": code,
        # These hosts do not exist, so no test can send inference to a real one.
        "inference_url": f"https://inference.{code}.emulator.invalid",
        "stream_inference_url": f"https://stream.{code}.emulator.invalid",
        "serves_inference": inference,
        "serves_batch": batch,
    }
    for code, inference, batch in (
        ("tor1", True, True),
        ("nyc2", True, False),
        ("ams3", False, True),
    )
)
"""The regions, as in the API's JSON."""

REGION_CODES: Final = frozenset(str(region["region"]) for region in REGIONS)
"""The regions' codes."""

# Their limits differ, so that a check against the wrong model is noticed.
EMBEDDING_MODELS: Final = (
    EmbeddingModel("0a1e6b3c-0000-4000-8000-000000000001", 64, 8192, 750),
    EmbeddingModel("0a1e6b3c-0000-4000-8000-000000000002", 64, 512, 400),
    EmbeddingModel("0a1e6b3c-0000-4000-8000-000000000003", 32, 256, 200),
)
"""The models that knowledge bases can use."""


def _embedding(
    position: int, identifier: str, name: str, parameters: float, price: float
) -> Model:
    limits = EMBEDDING_MODELS[position]
    fields = {
        **_COMMON,
        "uuid": limits.uuid,
        "id": identifier,
        "name": name,
        "description": "Turns text into vectors.",
        "type": "embedding",
        "capabilities": ["vectorization"],
        "modalities": {"input": ["text"], "output": ["vector"]},
        "context_window": str(limits.max_size),
        "kb_min_chunk_size": limits.min_size,
        "kb_max_chunk_size": limits.max_size,
        "kb_default_chunk_size": limits.default_size,
        "parameter_count": parameters,
        "pricing": {"input_price_per_million": price},
        "version": {"major": 1, "minor": position, "patch": 0},
    }
    return Model(fields, frozenset({"MODEL_USECASE_KNOWLEDGEBASE"}))


_CHAT_UUID: Final = "0a1e6b3c-0000-4000-8000-000000000004"
_CHAT: Final = Model(
    {
        **_COMMON,
        "uuid": _CHAT_UUID,
        "id": "harbour-70b-instruct",
        "name": "Harbour Instruct (70B)",
        "description": "A chat model that can reason first.",
        "type": "chat",
        "agreement": {
            "uuid": "0a1e6b3c-0000-4000-8000-0000000000a1",
            "name": "Model terms",
            "description": "What the maker of the model asks of those who use it.",
            "url": "https://models.emulator.invalid/terms",
        },
        "benchmark_score": {"reading": 81.5, "arithmetic": {"easy": 97, "hard": 64}},
        "capabilities": ["inference", "reasoning"],
        "context_window": "128000",
        "endpoints": [
            {
                "endpoint": "/chat/completions",
                "capabilities": ["input_text", "output_text"],
            }
        ],
        "modalities": {"input": ["text", "image"], "output": ["text"]},
        "parameter_count": 70.0,
        "pricing": {
            "input_price_per_million": 0.6,
            "output_price_per_million": 0.9,
            "reasoning_price_per_million": 1.2,
            "cache_read_input_price_per_million": 0.15,
            "input_cache_read": 0.00000015,
            "cache_write_5m_input_price_per_million": 0.75,
            "cache_write_1h_input_price_per_million": 1.2,
        },
        "reasoning_efforts": ["low", "medium", "high"],
        "settings": [
            {
                "name": "temperature",
                "type": "number",
                "default_value": 0.7,
                "min": 0.0,
                "max": 1.0,
                "step": 0.1,
            },
            {
                "name": "reasoning_effort",
                "type": "dropdown",
                "default_string": "medium",
                "options": ["low", "medium", "high"],
            },
        ],
        "thinking": True,
        "version": {"major": 3, "minor": 3, "patch": 1},
    },
    frozenset(
        {"MODEL_USECASE_AGENT", "MODEL_USECASE_REASONING", "MODEL_USECASE_SERVERLESS"}
    ),
)

_FINE_TUNED: Final = Model(
    {
        **_COMMON,
        "uuid": "0a1e6b3c-0000-4000-8000-000000000005",
        "id": "harbour-70b-support",
        "parent_uuid": _CHAT_UUID,
        "name": "Harbour Support (70B)",
        "description": "The same, fine-tuned on a help desk's replies.",
        "type": "chat",
        "url": "https://models.emulator.invalid/harbour-70b-support.zip",
        "capabilities": ["inference"],
        "context_window": "32000",
        "modalities": {"input": ["text"], "output": ["text"]},
        "model_availability": "dedicated",
        "lifecycle_status": "public-preview",
        "parameter_count": 70.0,
        "version": {"major": 1, "minor": 0, "patch": 0},
        "is_foundational": False,
        "thinking": False,
        "created_at": "2026-06-01T09:00:00Z",
    },
    frozenset({"MODEL_USECASE_AGENT", "MODEL_USECASE_FINETUNED"}),
    is_public=False,
)

MODELS: Final = (
    _embedding(0, "longshore-large", "Longshore Large", 0.434, 0.09),
    _embedding(1, "longshore-base", "Longshore Base", 0.109, 0.02),
    _embedding(2, "longshore-mini", "Longshore Mini", 0.022, 0.01),
    _CHAT,
    _FINE_TUNED,
)
"""All models, in list order."""


def list_regions(*, inference: bool, batch: bool) -> list[Mapping[str, object]]:
    """Return the regions, or only those that serve inference or batches."""
    return [
        region
        for region in REGIONS
        if (region["serves_inference"] or not inference)
        and (region["serves_batch"] or not batch)
    ]


def list_models(
    usecases: frozenset[str], *, public_only: bool
) -> list[Mapping[str, object]]:
    """Return the models for any of these use cases, or all if there are none."""
    return [
        model.fields
        for model in MODELS
        if (not usecases or usecases & model.usecases)
        and (model.is_public or not public_only)
    ]
