"""What exists in the emulator, so that generated requests find something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from gradient_async import Client, SpacesDataSource, WebCrawlerDataSource

_SOURCES: Final = (
    WebCrawlerDataSource(base_url="https://example.com"),
    SpacesDataSource(bucket_name="files", region="tor1"),
)


@attrs.frozen
class Examples:
    """Values for the examples of a description."""

    properties: Mapping[str, object]
    """Those of bodies, by the name of the property."""
    ids: Mapping[str, str]
    """Those of paths: by the parameter, or by operation, a dot and the parameter."""


async def create_examples(client: Client) -> Examples:
    """Create what operations find; what one of them deletes is not for the others."""
    # Of those that are there already, the newest runs, and the oldest has ended.
    running, *_, ended = (await client.indexing_jobs.list()).items
    model = (await client.models.list(usecases="knowledgebase")).items[0].uuid
    card = (await client.model_catalog.list()).items[0].id
    kept, lost, *scheduled = [await _create_base(client, model) for _ in range(4)]
    source, lost_source = (await client.data_sources.list(kept)).items
    schedules = [
        await client.scheduled_indexing.create(it, days=[1], time="12:00")
        for it in scheduled
    ]
    routers = [
        await client.model_routers.create(name, fallback_models=[card])
        for name in ("kept", "lost")
    ]
    return Examples(
        {
            "base_url": "https://example.com",
            "bucket_name": "files",
            "data_source_uuids": [source.uuid],
            "days": [1],
            "embedding_model_uuid": model,
            "fallback_models": [card],
            "knowledge_base_uuid": kept,
            "name": "handbook",
            "region": "tor1",
            "time": "12:00",
        },
        {
            "data_source_uuid": source.uuid,
            "id": card,
            "indexing_job_uuid": ended.uuid,
            "knowledge_base_uuid": kept,
            "cancel_indexing_job.uuid": running.uuid,
            "delete_knowledge_base.uuid": lost,
            "delete_knowledge_base_data_source.data_source_uuid": lost_source.uuid,
            "delete_model_router.uuid": routers[1].uuid,
            "delete_scheduled_indexing.uuid": schedules[1].uuid,
            "get_indexing_job.uuid": ended.uuid,
            "get_knowledge_base.uuid": kept,
            "get_model_router.uuid": routers[0].uuid,
            "get_scheduled_indexing.knowledge_base_uuid": scheduled[0],
            "update_knowledge_base.uuid": kept,
            "update_model_router.uuid": routers[0].uuid,
        },
    )


async def _create_base(client: Client, model: str) -> str:
    """Create a knowledge base, wait for its database, and return its id."""
    base = await client.knowledge_bases.create(
        "handbook", embedding_model_uuid=model, region="tor1", data_sources=_SOURCES
    )
    return (await client.knowledge_bases.wait_until_online(base.uuid)).uuid
