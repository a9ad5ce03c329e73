"""Models: what embeds, answers, ranks; a knowledge base needs one that embeds."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gradient_async.models.lists import ListResponse
from gradient_async.models.open_enum import OpenEnum
from gradient_async.models.timestamp import Timestamp


class ModelUsecase(OpenEnum):
    """What a model is there for; the values of the parameter `usecases`."""

    UNKNOWN = "MODEL_USECASE_UNKNOWN"
    AGENT = "MODEL_USECASE_AGENT"
    FINETUNED = "MODEL_USECASE_FINETUNED"
    KNOWLEDGEBASE = "MODEL_USECASE_KNOWLEDGEBASE"
    GUARDRAIL = "MODEL_USECASE_GUARDRAIL"
    REASONING = "MODEL_USECASE_REASONING"
    SERVERLESS = "MODEL_USECASE_SERVERLESS"


class ModelProvider(OpenEnum):
    """Who made a model; `apiModelProvider` in the API's description."""

    DIGITALOCEAN = "MODEL_PROVIDER_DIGITALOCEAN"
    ANTHROPIC = "MODEL_PROVIDER_ANTHROPIC"
    OPENAI = "MODEL_PROVIDER_OPENAI"


@attrs.frozen(kw_only=True)
class Agreement:
    """What must be agreed to before a model may be used."""

    uuid: str = ""
    """Id of the agreement."""
    name: str = ""
    """Its name."""
    description: str = ""
    """What it is about."""
    url: str = ""
    """Where it can be read."""


@attrs.frozen(kw_only=True)
class ModelEndpoint:
    """A way to ask a model."""

    endpoint: str = ""
    """Its path, `/chat/responses` for example."""
    capabilities: tuple[str, ...] = ()
    """What it takes and gives, `input_text` for example."""


@attrs.frozen(kw_only=True)
class ModelModalities:
    """What a model takes and gives."""

    input: tuple[str, ...] = ()
    """What it takes, `text` for example."""
    output: tuple[str, ...] = ()
    """What it gives."""


@attrs.frozen(kw_only=True)
class ModelPricing:
    """What a model costs, in US dollars; 0 where a price does not apply."""

    input_price_per_million: float = 0.0
    """A million tokens of input."""
    output_price_per_million: float = 0.0
    """A million tokens of output."""
    reasoning_price_per_million: float = 0.0
    """A million tokens of reasoning, where they are charged apart."""
    input_cache_read: float = 0.0
    """One token of input read from the prompt cache."""
    cache_read_input_price_per_million: float = 0.0
    """A million tokens of input read from the prompt cache."""
    cache_write_5m_input_price_per_million: float = 0.0
    """A million tokens written to the prompt cache for five minutes."""
    cache_write_1h_input_price_per_million: float = 0.0
    """A million tokens written to the prompt cache for an hour."""
    text_input_price_per_million: float = 0.0
    """A million text tokens of input, where texts and images are charged apart."""
    text_output_price_per_million: float = 0.0
    """A million text tokens of output, the same."""
    text_cache_read_input_price_per_million: float = 0.0
    """A million text tokens read from the cache, the same."""
    image_input_price_per_million: float = 0.0
    """A million image tokens of input, the same."""
    image_output_price_per_million: float = 0.0
    """A million image tokens of output, the same."""
    image_cache_read_input_price_per_million: float = 0.0
    """A million image tokens read from the cache, the same."""
    price_per_image: float = 0.0
    """One image."""
    price_per_megapixel: float = 0.0
    """One megapixel."""
    price_per_second: float = 0.0
    """One second."""
    price_per_video: float = 0.0
    """One video."""
    price_per_audio: float = 0.0
    """One piece of audio."""
    price_per_thousand_characters: float = 0.0
    """A thousand characters."""


@attrs.frozen(kw_only=True)
class ModelSetting:
    """A setting that a model has in the playground."""

    name: str = ""
    """Its key, `temperature` for example."""
    type: str = ""
    """`number` or `dropdown`."""
    default_value: float = 0.0
    """Default of a number."""
    min: float = 0.0
    """Least value of a number."""
    max: float = 0.0
    """Greatest value of a number."""
    step: float = 0.0
    """Step between values of a number."""
    default_string: str = ""
    """Default of a dropdown."""
    options: tuple[str, ...] = ()
    """Values of a dropdown."""


@attrs.frozen(kw_only=True)
class ModelVersion:
    """The version of a model."""

    major: int = 0
    """First number."""
    minor: int = 0
    """Second number."""
    patch: int = 0
    """Third number."""


@attrs.frozen(kw_only=True)
class Model:
    """A machine learning model of the platform."""

    uuid: str = ""
    """Id of the model; what `embedding_model_uuid=` takes."""
    id: str = ""
    """Name for programs, `llama3.3-70b-instruct` for example."""
    name: str = ""
    """Name for people."""
    description: str = ""
    """What it is."""
    type: str = ""
    """`chat`, `embedding`, `image`, `reasoning` or `coding`."""
    provider: ModelProvider = ModelProvider.DIGITALOCEAN
    """Who made it."""
    version: ModelVersion | None = None
    """Its version; None when not told."""
    lifecycle_status: str = ""
    """`internal`, `public-preview`, `active`, `deprecated` or `end_of_life`."""
    model_availability: str = ""
    """How it can be used, `serverless` or `dedicated` for example."""
    is_foundational: bool = False
    """Whether DigitalOcean provides it as a foundation."""
    parent_uuid: str = ""
    """Id of the model it is based on; empty when on none."""
    kb_default_chunk_size: int = 0
    """Tokens in a chunk by default, where it embeds."""
    kb_min_chunk_size: int = 0
    """Tokens in a chunk at least, where it embeds."""
    kb_max_chunk_size: int = 0
    """Tokens in a chunk at most, where it embeds."""
    context_window: int = 0
    """Tokens that it can take at once."""
    parameter_count: float = 0.0
    """Parameters, in billions."""
    capabilities: tuple[str, ...] = ()
    """What it can do, `vectorization` for example."""
    modalities: ModelModalities | None = None
    """What it takes and gives; None when not told."""
    endpoints: tuple[ModelEndpoint, ...] = ()
    """The ways to ask it."""
    thinking: bool = False
    """Whether it can think at length before it answers."""
    reasoning_efforts: tuple[str, ...] = ()
    """How hard it can be told to reason."""
    pricing: ModelPricing | None = None
    """What it costs; None when not told."""
    settings: tuple[ModelSetting, ...] = ()
    """Its settings in the playground."""
    benchmark_score: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """Scores in benchmarks, as plain JSON values; None when not told."""
    agreement: Agreement | None = None
    """What must be agreed to before its use; None when nothing."""
    url: str = ""
    """Where it can be downloaded; empty when nowhere."""
    upload_complete: bool = False
    """Whether it is there in full."""
    created_at: Timestamp | None = None
    """When it was added, UTC."""
    updated_at: Timestamp | None = None
    """When it last changed, UTC."""


@attrs.frozen(kw_only=True)
class ModelsResponse(ListResponse[Model]):
    """The answer that carries one page of models."""

    models: tuple[Model, ...] | None = None
    """The models; None when the answer has no such key."""

    @property
    def items(self) -> tuple[Model, ...] | None:
        """The models."""
        return self.models
