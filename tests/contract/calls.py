"""
One call of each operation, with every argument it takes.

Contract tests check the requests; `nox -s conformance` sends them to a server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

import attrs

from gradient_async import (
    AWSDataSource,
    ChunkingAlgorithm,
    ChunkingOptions,
    Client,
    CrawlingOption,
    CustomTask,
    DataSourceInput,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    ModelRouterPolicy,
    ModelSelectionPolicy,
    NewDataSource,
    OpenSearchPlanSize,
    Page,
    PresignedUrlFile,
    RerankingConfiguration,
    SpacesDataSource,
    WebCrawlerDataSource,
)

CHUNKING: Final = ChunkingOptions(
    max_chunk_size=200,
    parent_chunk_size=200,
    child_chunk_size=100,
    semantic_threshold=0.5,
)
RERANKING: Final = RerankingConfiguration(enabled=True, model="bge-reranker-v2-m3")
SPACES: Final = SpacesDataSource(
    bucket_name="bucket", region="tor1", item_path="folder"
)
CRAWLER: Final = WebCrawlerDataSource(
    base_url="https://example.com",
    crawling_option=CrawlingOption.SCOPED,
    embed_media=True,
    exclude_tags=("nav", "footer"),
)
AWS: Final = AWSDataSource(
    bucket_name="bucket",
    region="eu-west-1",
    item_path="folder",
    key_id="key",
    secret_key="secret",
)


@attrs.frozen
class Id:
    """An id that a call takes; with a server, one of something that exists."""

    name: str


KNOWLEDGE_BASE: Final = Id("knowledge_base_uuid")
DATA_SOURCE: Final = Id("data_source_uuid")
JOB: Final = Id("indexing_job_uuid")
SCHEDULE: Final = Id("schedule_uuid")
PROJECT: Final = Id("project_id")
DATABASE: Final = Id("database_id")
VPC: Final = Id("vpc_uuid")
MODEL: Final = Id("embedding_model_uuid")
REGION: Final = Id("region")
OBJECT_KEY: Final = Id("stored_object_key")
CATALOG_MODEL: Final = Id("id")
ROUTER: Final = Id("router_uuid")


IDS: Final[Mapping[str, str]] = {
    it.name: f"the-{it.name}" for it in tuple(globals().values()) if isinstance(it, Id)
}
"""A different id for each thing, so that none can stand in for another."""


@attrs.frozen
class Call:
    """A call of a method, named like `indexing_jobs.get`, with its arguments."""

    method: str
    arguments: tuple[Any, ...]
    options: Mapping[str, Any]

    async def perform(self, client: Client, ids: Mapping[str, str]) -> Any:
        """Call the method, and return its result; of a list, the first page."""
        arguments = _fill([*self.arguments], ids)
        options = {name: _fill(it, ids) for name, it in self.options.items()}
        result = attrgetter(self.method)(client)(*arguments, **options)
        page = await result
        return page.items if isinstance(page, Page) else page


def _fill(value: Any, ids: Mapping[str, str]) -> Any:
    """Return an argument with ids in place of their names."""
    if isinstance(value, Id):
        return ids[value.name]
    if isinstance(value, list):
        return [_fill(item, ids) for item in value]
    if isinstance(value, NewDataSource):
        return attrs.evolve(value, source=_fill(value.source, ids))
    if isinstance(value, FileUploadDataSource) and not value.stored_object_key:
        return attrs.evolve(value, stored_object_key=ids[OBJECT_KEY.name])
    return value


def _call(method: str, *arguments: Any, **options: Any) -> Call:
    return Call(method, arguments, options)


_ALL_KINDS: Final[list[DataSourceInput]] = [
    SPACES,
    CRAWLER,
    AWS,
    FileUploadDataSource(original_file_name="handbook.pdf", size_in_bytes=3),
    DropboxDataSource(folder="/folder", refresh_token="token"),
    GoogleDriveDataSource(folder_id="folder", refresh_token="token"),
]

_NEW_SOURCES: Final = [
    NewDataSource(
        it,
        chunking_algorithm=ChunkingAlgorithm.HIERARCHICAL,
        chunking_options=CHUNKING,
    )
    for it in _ALL_KINDS
]
_SEMANTIC: Final = {"chunking_algorithm": "semantic", "chunking_options": CHUNKING}

_POLICY: Final = ModelRouterPolicy(
    task_slug="summarization",
    custom_task=CustomTask(name="Haiku", description="Write a haiku."),
    models=("harbour-70b-instruct",),
    selection_policy=ModelSelectionPolicy(prefer="cheapest"),
)
_ROUTER: Final = {
    "name": "my-router",
    "fallback_models": ["harbour-70b-instruct"],
    "policies": [_POLICY],
    "description": "Poems are expensive.",
}

CALLS: Final[Mapping[str, Sequence[Call]]] = {
    "genai_cancel_indexing_job": [_call("indexing_jobs.cancel", JOB)],
    "genai_create_data_source_file_upload_presigned_urls": [
        _call(
            "data_sources.create_presigned_urls",
            [PresignedUrlFile("handbook.pdf", 3), PresignedUrlFile("notes.txt", 2**53)],
        )
    ],
    "genai_create_indexing_job": [
        _call("indexing_jobs.create", KNOWLEDGE_BASE, data_source_uuids=[DATA_SOURCE])
    ],
    "genai_create_knowledge_base": [
        _call(
            "knowledge_bases.create",
            "Handbook",
            embedding_model_uuid=MODEL,
            project_id=PROJECT,
            region=REGION,
            data_sources=_NEW_SOURCES,
            tags=["manuals", "2026"],
            reranking_config=RERANKING,
            database_id=DATABASE,
            size=OpenSearchPlanSize.SMALL,
            vpc_uuid=VPC,
        )
    ],
    "genai_create_knowledge_base_data_source": [
        _call("data_sources.create", KNOWLEDGE_BASE, source, **_SEMANTIC)
        for source in (SPACES, CRAWLER, AWS)
    ],
    "genai_create_model_router": [_call("model_routers.create", **_ROUTER)],
    "genai_create_scheduled_indexing": [
        _call("scheduled_indexing.create", KNOWLEDGE_BASE, days=[1, 5], time="06:30")
    ],
    "genai_delete_knowledge_base": [_call("knowledge_bases.delete", KNOWLEDGE_BASE)],
    "genai_delete_knowledge_base_data_source": [
        _call("data_sources.delete", KNOWLEDGE_BASE, DATA_SOURCE)
    ],
    "genai_delete_model_router": [_call("model_routers.delete", ROUTER)],
    "genai_delete_scheduled_indexing": [_call("scheduled_indexing.delete", SCHEDULE)],
    "genai_get_indexing_job": [_call("indexing_jobs.get", JOB)],
    "genai_get_indexing_job_details_signed_url": [
        _call("indexing_jobs.get_details_url", JOB)
    ],
    "genai_get_knowledge_base": [_call("knowledge_bases.get", KNOWLEDGE_BASE)],
    "genai_get_model_catalog_card": [
        _call("model_catalog.get", CATALOG_MODEL, model_id="harbour-70b-instruct")
    ],
    "genai_get_model_router": [_call("model_routers.get", ROUTER)],
    "genai_get_scheduled_indexing": [_call("scheduled_indexing.get", KNOWLEDGE_BASE)],
    "genai_list_datacenter_regions": [
        _call("regions.list", serves_inference=True, serves_batch=True)
    ],
    "genai_list_indexing_job_data_sources": [
        _call("indexing_jobs.list_data_sources", JOB)
    ],
    "genai_list_indexing_jobs": [_call("indexing_jobs.list", per_page=5)],
    "genai_list_indexing_jobs_by_knowledge_base": [
        _call("indexing_jobs.list_for_knowledge_base", KNOWLEDGE_BASE)
    ],
    "genai_list_knowledge_base_data_sources": [
        _call("data_sources.list", KNOWLEDGE_BASE, per_page=5)
    ],
    "genai_list_knowledge_bases": [_call("knowledge_bases.list", per_page=5)],
    "genai_list_model_catalog": [
        _call(
            "model_catalog.list",
            search="harbour",
            model_type="chat",
            provider="digitalocean",
            availability="serverless",
            badges="new",
            use_case="agents",
            sort_by="name",
            sort_direction="asc",
            per_page=5,
        )
    ],
    "genai_list_model_router_presets": [
        _call("model_routers.list_presets", per_page=2)
    ],
    "genai_list_model_router_task_presets": [
        _call("model_routers.list_task_presets", per_page=2)
    ],
    "genai_list_model_routers": [_call("model_routers.list", per_page=1)],
    "genai_list_models": [
        _call(
            "models.list",
            usecases=["knowledgebase", "agent"],
            public_only=True,
            per_page=5,
        )
    ],
    "genai_update_model_router": [_call("model_routers.update", ROUTER, **_ROUTER)],
    "genai_update_knowledge_base": [
        _call(
            "knowledge_bases.update",
            KNOWLEDGE_BASE,
            name="Handbook of 2026",
            project_id=PROJECT,
            tags=["manuals"],
            reranking_config=RERANKING,
            database_id=DATABASE,
        )
    ],
    "genai_update_knowledge_base_data_source": [
        _call("data_sources.update", KNOWLEDGE_BASE, DATA_SOURCE, **_SEMANTIC)
    ],
}
"""The calls of each operation, by its id."""
