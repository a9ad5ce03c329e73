"""The catalogue of models: what each can do, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gradient_async.models.base import APIObject
from gradient_async.models.models import ModelModalities, ModelPricing, ModelProvider
from gradient_async.models.scalars import Int64, OpenEnum, Timestamp


class ModelBillingMode(OpenEnum):
    """Which requests a price applies to; `apiModelBillingMode`."""

    UNSPECIFIED = "MODEL_BILLING_MODE_UNSPECIFIED"
    INTERACTIVE = "MODEL_BILLING_MODE_INTERACTIVE"
    BATCH = "MODEL_BILLING_MODE_BATCH"


class ModelPricingTier(OpenEnum):
    """Variant of a model that a price applies to; `apiModelPricingTier`."""

    UNSPECIFIED = "MODEL_PRICING_TIER_UNSPECIFIED"
    STANDARD = "MODEL_PRICING_TIER_STANDARD"
    FAST_MODE = "MODEL_PRICING_TIER_FAST_MODE"
    EXTENDED_1M = "MODEL_PRICING_TIER_EXTENDED_1M"
    EXTENDED_272K = "MODEL_PRICING_TIER_EXTENDED_272K"
    BYOK = "MODEL_PRICING_TIER_BYOK"


@attrs.frozen(kw_only=True)
class ModelPricingInterval(APIObject):
    """Hours during which prices stay the same."""

    start_time: Timestamp | None = None
    """Begin of the interval, UTC."""
    end_time: Timestamp | None = None
    """End of the interval, UTC, exclusive."""
    prices: ModelPricing | None = None
    """Prices during the interval."""


@attrs.frozen(kw_only=True)
class ModelScaledPricing(APIObject):
    """Prices that vary over time."""

    intervals: tuple[ModelPricingInterval, ...] = ()
    """The schedule, consecutive and in order."""
    min_prices: ModelPricing | None = None
    """Lowest prices of the schedule."""
    max_prices: ModelPricing | None = None
    """Highest prices of the schedule."""


@attrs.frozen(kw_only=True)
class ModelPricingVariant(APIObject):
    """Prices of one variant of a model in one billing mode."""

    label: str = ""
    """Display name, for example `Fast Mode`."""
    currency: str = ""
    """Code of the currency, for example `USD`."""
    mode: ModelBillingMode = ModelBillingMode.UNSPECIFIED
    """Which requests they apply to."""
    tier: ModelPricingTier = ModelPricingTier.UNSPECIFIED
    """Which variant they apply to."""
    prices: ModelPricing | None = None
    """The prices; None if the response has none."""
    scaled_pricing: ModelScaledPricing | None = None
    """Prices that vary over time; None for fixed ones."""


@attrs.frozen(kw_only=True)
class ModelPricingDetail(APIObject):
    """All prices of a model."""

    variants: tuple[ModelPricingVariant, ...] = ()
    """Prices of each variant."""


@attrs.frozen(kw_only=True)
class CodeSnippets(APIObject):
    """Sample code that calls a model."""

    curl: str = ""
    """A command for the shell."""
    javascript: str = ""
    """JavaScript."""
    python: str = ""
    """Python."""
    sdk: str = ""
    """Code for an SDK."""


@attrs.frozen(kw_only=True)
class _CatalogModel(APIObject):
    """What the list and the card of a model have in common."""

    id: str = ""
    """Id in the catalogue."""
    model_id: str = ""
    """Name in requests, for example `llama3.1-70b-instruct`."""
    name: str = ""
    """Display name."""
    short_description: str = ""
    """Description in one line."""
    type: str = ""
    """Kinds of input and output, for example `text-to-text`."""
    creator: str = ""
    """Who developed it, for example `Meta`."""
    provider: ModelProvider = ModelProvider.DIGITALOCEAN
    """Provider of the model."""
    availability: tuple[str, ...] = ()
    """How it can be used, for example `serverless`."""
    badges: tuple[str, ...] = ()
    """Labels that the catalogue shows."""
    capabilities: tuple[str, ...] = ()
    """Capabilities, for example `reasoning`."""
    context_window: Int64 = 0
    """Size of its context window, in tokens."""
    max_output_tokens: Int64 = 0
    """Maximum number of tokens in a response."""
    parameter_count: float = 0.0
    """Number of parameters, in billions."""
    hugging_face_id: str = ""
    """Repository on Hugging Face; empty if it is from elsewhere."""
    pricing: ModelPricing | None = None
    """Prices; None if the response has none."""
    benchmark_score: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """Benchmark scores as plain JSON values; None if the response has none."""


@attrs.frozen(kw_only=True)
class ModelCatalogEntry(_CatalogModel):
    """A model in the list of the catalogue."""

    scaled_pricing_enabled: bool = False
    """Whether its prices vary over time; its card has the schedule."""
    created_at: Timestamp | None = None
    """Time when it was added to the catalogue, UTC."""


@attrs.frozen(kw_only=True)
class ModelCatalogCard(_CatalogModel):
    """Everything that the catalogue has on one model."""

    description: str = ""
    """Full description."""
    modalities: ModelModalities | None = None
    """Kinds of input and output; None if the response has none."""
    pricing_detail: ModelPricingDetail | None = None
    """All prices; None if the response has none."""
    code_snippets: CodeSnippets | None = None
    """Sample code; None if there is none."""
