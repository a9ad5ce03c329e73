"""Responses of the other resources with every key set; plain JSON values."""

from __future__ import annotations

from typing import Any, Final

from tests.support.shapes import NEW_JOB, PAGE

LIST: Final[dict[str, Any]] = {"links": PAGE["links"], "meta": PAGE["meta"]}
"""What every list has beside its items."""

KNOWLEDGE_BASE: Final[dict[str, Any]] = {
    "uuid": "base-1",
    "name": "Manuals",
    "region": "tor1",
    "project_id": "project-1",
    "embedding_model_uuid": "model-1",
    "database_id": "database-1",
    "tags": ["one", "two"],
    "reranking_config": {"enabled": True, "model": "bge-reranker-v2-m3"},
    "last_indexing_job": NEW_JOB,
    "is_public": True,
    "user_id": "12345",
    "created_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:10:00Z",
    "added_to_agent_at": "2026-03-02T12:10:00Z",
}

DATA_SOURCE: Final[dict[str, Any]] = {
    "uuid": "source-1",
    "spaces_data_source": {
        "bucket_name": "bucket",
        "region": "nyc3",
        "item_path": "folder",
    },
    "chunking_algorithm": "CHUNKING_ALGORITHM_HIERARCHICAL",
    "chunking_options": {
        "max_chunk_size": 750,
        "parent_chunk_size": "1000",
        "child_chunk_size": 350,
        "semantic_threshold": 0.5,
    },
    "created_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:10:00Z",
    "last_datasource_indexing_job": NEW_JOB["data_source_jobs"][1],
}

KINDS: Final[list[dict[str, Any]]] = [
    DATA_SOURCE,
    {
        "uuid": "source-2",
        "web_crawler_data_source": {
            "base_url": "https://example.com",
            "crawling_option": "SITEMAP",
            "embed_media": True,
            "exclude_tags": ["nav", "footer"],
        },
    },
    {
        "uuid": "source-3",
        "file_upload_data_source": {
            "original_file_name": "a.pdf",
            "size_in_bytes": "9007199254740993",
            "stored_object_key": "key",
        },
    },
    {
        "uuid": "source-4",
        "aws_data_source": {
            "bucket_name": "bucket",
            "region": "eu-west-1",
            "item_path": "folder",
        },
    },
    {"uuid": "source-5", "dropbox_data_source": {"folder": "/manuals"}},
    {
        "uuid": "source-6",
        "google_drive_data_source": {"folder_id": "id", "folder_name": "Manuals"},
    },
    {
        "uuid": "source-7",
        "bucket_name": "old-bucket",
        "region": "nyc3",
        "item_path": "old-folder",
    },
]
"""A data source of each kind, the last with the keys that are deprecated."""

MODEL: Final[dict[str, Any]] = {
    "uuid": "model-1",
    "id": "gte-large",
    "name": "GTE Large",
    "description": "Embeds.",
    "type": "embedding",
    "provider": "MODEL_PROVIDER_OPENAI",
    "version": {"major": 1, "minor": "2", "patch": 3},
    "lifecycle_status": "active",
    "model_availability": "serverless",
    "is_foundational": True,
    "parent_uuid": "model-0",
    "kb_default_chunk_size": 750,
    "kb_min_chunk_size": 100,
    "kb_max_chunk_size": 8192,
    "context_window": "8192",
    "parameter_count": 0.434,
    "capabilities": ["vectorization"],
    "modalities": {"input": ["text"], "output": []},
    "endpoints": [{"endpoint": "/embeddings", "capabilities": ["input_text"]}],
    "thinking": True,
    "reasoning_efforts": ["low", "high"],
    "pricing": {"input_price_per_million": 0.09, "price_per_image": 1},
    "settings": [
        {
            "name": "temperature",
            "type": "number",
            "default_value": 0.7,
            "min": 0,
            "max": "1",
            "step": 0.1,
            "default_string": "",
            "options": ["a"],
        }
    ],
    "benchmark_score": {"mteb": {"average": 63.1, "runs": [1, None, "x"]}},
    "agreement": {
        "uuid": "agreement-1",
        "name": "Terms",
        "description": "Be good.",
        "url": "https://example.com/terms",
    },
    "url": "https://example.com/model.zip",
    "upload_complete": True,
    "created_at": "2021-01-01T00:00:00Z",
    "updated_at": "2021-01-02T00:00:00Z",
}

REGION: Final[dict[str, Any]] = {
    "region": "tor1",
    "serves_inference": True,
    "serves_batch": "true",
    "inference_url": "https://inference.example.com",
    "stream_inference_url": "https://stream.example.com",
}

SCHEDULE: Final[dict[str, Any]] = {
    "uuid": "schedule-1",
    "knowledge_base_uuid": "base-1",
    "days": [1, "5"],
    "time": "06:30:00",
    "is_active": True,
    "last_ran_at": "2026-03-01T06:30:00Z",
    "next_run_at": "2026-03-02T06:30:00Z",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
    "deleted_at": None,
}

UPLOAD: Final[dict[str, Any]] = {
    "original_file_name": "a.pdf",
    "object_key": "key-1",
    "presigned_url": "https://storage.example.com/key-1?X-Amz-Signature=secret",
    "expires_at": "2026-03-01T13:00:00Z",
}
