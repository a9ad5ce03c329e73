"""Where the package departs from the description, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gradient_async.models import IndexedDataSource, IndexingJob, KnowledgeBase

_DELETED: Final = "204 is success too, and it only repeats what was asked for"
_OLDER: Final = "only older answers carry it"
_MOVED: Final = "the description calls it deprecated: spaces_data_source says the same"
_CODE: Final = "None tells that nothing failed"

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
