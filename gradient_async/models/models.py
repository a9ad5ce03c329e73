"""Machine learning models; a knowledge base needs one for embeddings."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gradient_async.models.base import APIObject
from gradient_async.models.scalars import OpenEnum, Timestamp


class ModelUsecase(OpenEnum):
    """What a model is for; the values of the parameter `usecases`."""

    UNKNOWN = "MODEL_USECASE_UNKNOWN"
    AGENT = "MODEL_USECASE_AGENT"
    FINETUNED = "MODEL_USECASE_FINETUNED"
    KNOWLEDGEBASE = "MODEL_USECASE_KNOWLEDGEBASE"
    GUARDRAIL = "MODEL_USECASE_GUARDRAIL"
    REASONING = "MODEL_USECASE_REASONING"
    SERVERLESS = "MODEL_USECASE_SERVERLESS"


class ModelProvider(OpenEnum):
    """Provider of a model; `apiModelProvider` in the API's description."""

    DIGITALOCEAN = "MODEL_PROVIDER_DIGITALOCEAN"
    ANTHROPIC = "MODEL_PROVIDER_ANTHROPIC"
    OPENAI = "MODEL_PROVIDER_OPENAI"


@attrs.frozen(kw_only=True)
class Agreement(APIObject):
    """Terms to accept before using a model."""

    uuid: str = ""
    """Id of the agreement."""
    name: str = ""
    """Name of the agreement."""
    description: str = ""
    """What the agreement covers."""
    url: str = ""
    """URL of its text."""


@attrs.frozen(kw_only=True)
class ModelEndpoint(APIObject):
    """An API endpoint that serves a model."""

    endpoint: str = ""
    """Path of the endpoint, for example `/chat/responses`."""
    capabilities: tuple[str, ...] = ()
    """Kinds of input and output that it supports, for example `input_text`."""


@attrs.frozen(kw_only=True)
class ModelModalities(APIObject):
    """Kinds of input and output of a model."""

    input: tuple[str, ...] = ()
    """Kinds of input, for example `text`."""
    output: tuple[str, ...] = ()
    """Kinds of output."""


@attrs.frozen(kw_only=True)
class ModelPricing(APIObject):
    """Prices of a model in US dollars; 0 if a price does not apply."""

    input_price_per_million: float = 0.0
    """Price of a million input tokens."""
    output_price_per_million: float = 0.0
    """Price of a million output tokens."""
    reasoning_price_per_million: float = 0.0
    """Price of a million reasoning tokens, if charged separately."""
    input_cache_read: float = 0.0
    """Price of one input token read from the prompt cache."""
    cache_read_input_price_per_million: float = 0.0
    """Price of a million input tokens read from the prompt cache."""
    cache_write_5m_input_price_per_million: float = 0.0
    """Price of a million tokens written to the prompt cache for five minutes."""
    cache_write_1h_input_price_per_million: float = 0.0
    """Price of a million tokens written to the prompt cache for an hour."""
    text_input_price_per_million: float = 0.0
    """Price of a million text input tokens, if images are charged separately."""
    text_output_price_per_million: float = 0.0
    """Price of a million text output tokens, likewise."""
    text_cache_read_input_price_per_million: float = 0.0
    """Price of a million text tokens read from the cache, likewise."""
    image_input_price_per_million: float = 0.0
    """Price of a million image input tokens, likewise."""
    image_output_price_per_million: float = 0.0
    """Price of a million image output tokens, likewise."""
    image_cache_read_input_price_per_million: float = 0.0
    """Price of a million image tokens read from the cache, likewise."""
    price_per_image: float = 0.0
    """Price of one image."""
    price_per_megapixel: float = 0.0
    """Price of one megapixel."""
    price_per_second: float = 0.0
    """Price of one second."""
    price_per_video: float = 0.0
    """Price of one video."""
    price_per_audio: float = 0.0
    """Price of one audio file."""
    price_per_thousand_characters: float = 0.0
    """Price of a thousand characters."""


@attrs.frozen(kw_only=True)
class ModelSetting(APIObject):
    """A setting of a model in the playground."""

    name: str = ""
    """Key of the setting, for example `temperature`."""
    type: str = ""
    """`number` or `dropdown`."""
    default_value: float = 0.0
    """Default of a number setting."""
    min: float = 0.0
    """Minimum of a number setting."""
    max: float = 0.0
    """Maximum of a number setting."""
    step: float = 0.0
    """Step between values of a number setting."""
    default_string: str = ""
    """Default of a dropdown."""
    options: tuple[str, ...] = ()
    """Values of a dropdown."""


@attrs.frozen(kw_only=True)
class ModelVersion(APIObject):
    """The version of a model."""

    major: int = 0
    """Major version."""
    minor: int = 0
    """Minor version."""
    patch: int = 0
    """Patch version."""


@attrs.frozen(kw_only=True)
class Model(APIObject):
    """A machine learning model of the platform."""

    uuid: str = ""
    """Id of the model, as `embedding_model_uuid=` takes it."""
    id: str = ""
    """Name in requests, for example `llama3.3-70b-instruct`."""
    name: str = ""
    """Display name."""
    description: str = ""
    """Description of the model."""
    type: str = ""
    """`chat`, `embedding`, `image`, `reasoning` or `coding`."""
    provider: ModelProvider = ModelProvider.DIGITALOCEAN
    """Provider of the model."""
    version: ModelVersion | None = None
    """Version of the model; None if the response has none."""
    lifecycle_status: str = ""
    """`internal`, `public-preview`, `active`, `deprecated` or `end_of_life`."""
    model_availability: str = ""
    """How it can be used, for example `serverless` or `dedicated`."""
    is_foundational: bool = False
    """Whether it is a foundation model that DigitalOcean provides."""
    parent_uuid: str = ""
    """Id of the model that it is based on; empty if there is none."""
    kb_default_chunk_size: int = 0
    """Default number of tokens in a chunk, for embedding models."""
    kb_min_chunk_size: int = 0
    """Minimum number of tokens in a chunk, for embedding models."""
    kb_max_chunk_size: int = 0
    """Maximum number of tokens in a chunk, for embedding models."""
    context_window: int = 0
    """Size of its context window, in tokens."""
    parameter_count: float = 0.0
    """Number of parameters, in billions."""
    capabilities: tuple[str, ...] = ()
    """Capabilities, for example `vectorization`."""
    modalities: ModelModalities | None = None
    """Kinds of input and output; None if the response has none."""
    endpoints: tuple[ModelEndpoint, ...] = ()
    """API endpoints that serve it."""
    thinking: bool = False
    """Whether it supports extended thinking."""
    reasoning_efforts: tuple[str, ...] = ()
    """Levels of reasoning effort that it supports."""
    pricing: ModelPricing | None = None
    """Prices; None if the response has none."""
    settings: tuple[ModelSetting, ...] = ()
    """Settings in the playground."""
    benchmark_score: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """Benchmark scores as plain JSON values; None if the response has none."""
    agreement: Agreement | None = None
    """Terms to accept before using it; None if there are none."""
    url: str = ""
    """URL to download it from; empty if there is none."""
    upload_complete: bool = False
    """Whether its upload is complete."""
    created_at: Timestamp | None = None
    """Time of creation, UTC."""
    updated_at: Timestamp | None = None
    """Time of the last change, UTC."""
