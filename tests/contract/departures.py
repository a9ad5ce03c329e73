"""Where the package departs from the description, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gradient_async.models import IndexedDataSource, IndexingJob, KnowledgeBase

_DELETED: Final = "204 is success too, and it only repeats what was asked for"
_OLDER: Final = "only older answers carry it"
_MOVED: Final = "the description calls it deprecated: spaces_data_source says the same"
_CODE: Final = "None tells that nothing failed"
_PER_TOKEN: Final = "the emulator's models are priced by their tokens alone"
_ONE_PRICE: Final = "the emulator's models have one price for tokens of any kind"
_NEVER_RUN: Final = "the emulator's schedules are kept, and start nothing"

NOT_DECODED: Final[Mapping[str, str]] = {
    "apiDeleteKnowledgeBaseDataSourceOutput": _DELETED,
    "apiDeleteKnowledgeBaseOutput": _DELETED,
    "apiDeleteScheduledIndexingOutput": _DELETED,
}
"""Answers that no class stands for."""

NOT_SENT: Final[Mapping[tuple[str, str], str]] = {
    ("genai_create_knowledge_base", "$.datasources[].bucket_name"): _MOVED,
    ("genai_create_knowledge_base", "$.datasources[].bucket_region"): _MOVED,
    ("genai_create_knowledge_base", "$.datasources[].item_path"): _MOVED,
}
"""Properties of bodies that no argument leads to, by operation and place."""

NEVER_SHOWN: Final[Mapping[tuple[str, str], str]] = {
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
"""Properties of answers that the emulator never has, by schema and name."""

ADDED: Final[Mapping[tuple[type, str], str]] = {
    (IndexingJob, "total_items_indexed"): _OLDER,
    (IndexingJob, "total_items_failed"): _OLDER,
    (IndexingJob, "total_items_skipped"): _OLDER,
    (KnowledgeBase, "database_status"): "taken from the answer around it",
}
"""Fields of models that the description has no property for."""

MAYBE_NONE: Final[Mapping[tuple[type, str], str]] = {
    (IndexedDataSource, "error_msg"): _CODE,
    (IndexedDataSource, "error_details"): _CODE,
}
"""Texts that are None, rather than empty, when they are absent."""
