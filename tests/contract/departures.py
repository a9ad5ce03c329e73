"""Where the package departs from the description, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gradient_async.models import IndexedDataSource, IndexingJob, KnowledgeBase
from gradient_async.models.lists import Meta

_REQUEST_ID: Final = "of use in errors only, which have it from a header"
_OLDER: Final = "only older responses carry it"
_DEPRECATED: Final = "deprecated in favour of spaces_data_source"
_NEWER: Final = "newer than the description; pydo 0.44 has it"
_REGIONS: Final = "deprecated, has no effect"
_NO_ERROR: Final = "None means that nothing failed"
_PER_TOKEN: Final = "the emulator prices its models by token only"
_ONE_PRICE: Final = "the emulator has one price for tokens of all kinds"
_NEVER_RUN: Final = "the emulator stores schedules, but never runs them"

IGNORED: Final[Mapping[tuple[str, str], str]] = {
    ("apiCreateDataSourceFileUploadPresignedUrlsOutput", "request_id"): _REQUEST_ID,
}
"""Properties of responses without a field, by schema and name."""

NOT_SENT: Final[Mapping[tuple[str, str], str]] = {
    ("genai_create_knowledge_base", "$.datasources[].bucket_name"): _DEPRECATED,
    ("genai_create_knowledge_base", "$.datasources[].bucket_region"): _DEPRECATED,
    ("genai_create_knowledge_base", "$.datasources[].item_path"): _DEPRECATED,
    ("genai_create_model_router", "$.regions"): _REGIONS,
    ("genai_create_model_router", "$.regions[]"): _REGIONS,
    ("genai_update_model_router", "$.regions"): _REGIONS,
    ("genai_update_model_router", "$.regions[]"): _REGIONS,
}
"""Properties of bodies that no argument sets, by operation and place."""

MISTYPED: Final[Mapping[tuple[str, str], str]] = {
    ("genai_update_model_router", "$.fallback_models[]"): "strings everywhere else",
}
"""Values of bodies that have another type than described, by operation and place."""

UNDESCRIBED: Final[Mapping[tuple[str, str], str]] = {
    ("genai_list_model_catalog", name): _NEWER
    for name in (
        "search",
        "model_type",
        "provider",
        "availability",
        "badges",
        "use_case",
        "sort_by",
        "sort_direction",
    )
}
"""Query parameters that the description does not have, by operation and name."""

NEVER_RETURNED: Final[Mapping[tuple[str, str], str]] = {
    ("apiModelPricing", "image_cache_read_input_price_per_million"): _ONE_PRICE,
    ("apiModelPricing", "image_input_price_per_million"): _ONE_PRICE,
    ("apiModelPricing", "image_output_price_per_million"): _ONE_PRICE,
    ("apiModelPricing", "price_per_audio"): _PER_TOKEN,
    ("apiModelPricing", "price_per_image"): _PER_TOKEN,
    ("apiModelPricing", "price_per_megapixel"): _PER_TOKEN,
    ("apiModelPricing", "price_per_second"): _PER_TOKEN,
    ("apiModelPricing", "price_per_thousand_characters"): _PER_TOKEN,
    ("apiModelPricing", "price_per_video"): _PER_TOKEN,
    ("apiModelPricing", "text_cache_read_input_price_per_million"): _ONE_PRICE,
    ("apiModelPricing", "text_input_price_per_million"): _ONE_PRICE,
    ("apiModelPricing", "text_output_price_per_million"): _ONE_PRICE,
    ("apiScheduledIndexingInfo", "last_ran_at"): _NEVER_RUN,
}
"""Properties of responses that the emulator never returns, by schema and name."""

ADDED: Final[Mapping[tuple[type, str], str]] = {
    (IndexingJob, "total_items_indexed"): _OLDER,
    (IndexingJob, "total_items_failed"): _OLDER,
    (IndexingJob, "total_items_skipped"): _OLDER,
    (KnowledgeBase, "database_status"): "taken from the enclosing response",
}
"""Fields of models without a described property."""

NULLABLE: Final[Mapping[tuple[type, str], str]] = {
    (IndexedDataSource, "error_msg"): _NO_ERROR,
    (IndexedDataSource, "error_details"): _NO_ERROR,
    (Meta, "total"): "0 is the length of an empty list",
}
"""Plain values that are None, rather than empty, when absent."""
