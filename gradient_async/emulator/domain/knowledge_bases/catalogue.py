"""The regions and models that every account can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

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

    fields: Mapping[str, Any]
    """The members of its JSON object."""
    usecases: frozenset[str]
    is_public: bool = True


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
        ("nyc3", False, False),
        ("ams3", False, True),
    )
)
"""The regions, as in the API's JSON."""

REGION_CODES: Final = frozenset(str(region["region"]) for region in REGIONS)
"""The regions' codes."""

# The platform's public models: uuid; price of a million tokens; the least, the most and
# the default size of chunks, made up so that a check against the wrong model is
# noticed; name.
_EMBEDDING: Final = """\
22653204-79ed-11ef-bf8f-4e013e2ddde4 0.09  64 8192 750 GTE Large EN v1.5
22652c2a-79ed-11ef-bf8f-4e013e2ddde4 0.009 32  256 200 All MiniLM L6 v2
22652f75-79ed-11ef-bf8f-4e013e2ddde4 0.009 64  512 400 Multi QA MPNet Base Dot v1
bb3ab4ee-d9b5-11f0-b074-4e013e2ddde4 0.04  64 8000 700 Qwen3 Embedding 0.6B
78836a83-26d0-11f1-b074-4e013e2ddde4 0.02  64 8000 600 BGE M3
"""


def _embedding(line: str) -> Model:
    uuid, price, least, most, default, name = line.split(maxsplit=5)
    fields = {
        **_COMMON,
        "uuid": uuid,
        "id": name.lower().replace(" ", "-"),
        "name": name,
        "description": "Turns text into vectors.",
        "type": "embedding",
        "capabilities": ["vectorization"],
        "modalities": {"input": ["text"], "output": ["vector"]},
        "context_window": most,
        "kb_min_chunk_size": int(least),
        "kb_max_chunk_size": int(most),
        "kb_default_chunk_size": int(default),
        "parameter_count": 0.434,
        "pricing": {"input_price_per_million": float(price)},
        "version": {"major": 1, "minor": 0, "patch": 0},
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

_EMBEDDING_MODELS: Final = tuple(map(_embedding, _EMBEDDING.splitlines()))

MODELS: Final = (*_EMBEDDING_MODELS, _CHAT, _FINE_TUNED)
"""All models, in list order."""

EMBEDDING_MODELS: Final = {str(it.fields["uuid"]): it for it in _EMBEDDING_MODELS}
"""The models that knowledge bases can use, by id."""
