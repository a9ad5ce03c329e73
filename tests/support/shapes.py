"""Responses in the shapes seen from the API, as plain JSON values."""

from __future__ import annotations

from typing import Any, Final

NEW_JOB: Final[dict[str, Any]] = {
    "uuid": "11efb1f0-0000-4000-8000-000000000001",
    "knowledge_base_uuid": "11efb1f0-0000-4000-8000-0000000000aa",
    "phase": "BATCH_JOB_PHASE_SUCCEEDED",
    "status": "INDEX_JOB_STATUS_PARTIAL",
    "created_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:10:00.5Z",
    "started_at": "2026-03-01T12:00:01.123456789Z",
    "finished_at": "2026-03-01T12:10:00.123456Z",
    "completed_datasources": 2,
    "total_datasources": 2,
    "total_tokens": "123456789012",
    "tokens": 77,
    "is_report_available": True,
    "data_source_uuids": ["source-1", "source-2"],
    "data_source_jobs": [
        {
            "data_source_uuid": "source-1",
            "status": "DATA_SOURCE_STATUS_UPDATED",
            "started_at": "2026-03-01T12:00:01Z",
            "completed_at": "2026-03-01T12:05:00Z",
            "total_file_count": "3",
            "indexed_file_count": "3",
            "indexed_item_count": "30",
            "removed_item_count": 1,
            "total_bytes": "9007199254740993",
            "total_bytes_indexed": "9007199254740993",
        },
        {
            "data_source_uuid": "source-2",
            "status": "DATA_SOURCE_STATUS_FAILED",
            "started_at": "2026-03-01T12:05:00Z",
            "completed_at": None,
            "error_msg": "ERR_FETCH",
            "error_details": "the bucket is gone",
            "failed_item_count": "4",
            "skipped_item_count": 2,
        },
    ],
}
"""A job as the current API describes it."""

OLD_JOB: Final[dict[str, Any]] = {
    "uuid": "11efb1f0-0000-4000-8000-000000000002",
    "knowledge_base_uuid": "11efb1f0-0000-4000-8000-0000000000aa",
    "phase": "BATCH_JOB_PHASE_COMPLETED",
    "status": "INDEX_JOB_STATUS_RUNNING",
    "created_at": "2024-11-05T08:00:00Z",
    "updated_at": "",
    "started_at": "2024-11-05T08:00:00",
    "finished_at": None,
    "completed_datasources": 1,
    "total_datasources": 3,
    "tokens": 12,
    "total_items_indexed": "1000",
    "total_items_failed": "7",
    "total_items_skipped": "0",
    "data_source_uuids": None,
}
"""A job as older documents show it, with values missing from the enums."""

PAGE: Final[dict[str, Any]] = {
    "jobs": [NEW_JOB, OLD_JOB],
    "links": {
        "pages": {
            "first": "https://api.digitalocean.com/v2/gen-ai/indexing_jobs?page=1",
            "previous": "",
            "next": "https://api.digitalocean.com/v2/gen-ai/indexing_jobs?page=2",
            "last": "https://api.digitalocean.com/v2/gen-ai/indexing_jobs?page=9",
        }
    },
    "meta": {"page": 1, "pages": "9", "total": 17},
}
"""A page of a list."""
