"""
One call of each operation, with every argument it takes.

Contract tests check the requests; `nox -s conformance` sends them to a server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias, TypeVar

import attrs

from gradient_async import (
    AWSDataSource,
    ChunkingAlgorithm,
    ChunkingOptions,
    Client,
    CrawlingOption,
    DataSourceInput,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    NewDataSource,
    OpenSearchPlanSize,
    Paginator,
    PresignedUrlFile,
    RerankingConfiguration,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.resources.source_bodies import AddableDataSource

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Ids:
    """Ids that the calls use; with a server, ids of things that exist."""

    knowledge_base_uuid: str
    data_source_uuid: str
    indexing_job_uuid: str
    schedule_uuid: str
    project_id: str
    database_id: str
    vpc_uuid: str
    embedding_model_uuid: str
    region: str
    stored_object_key: str


Call: TypeAlias = Callable[[Client, Ids], Awaitable[object]]
"""Calls one operation, once per kind of data source, and returns the last result."""

CHUNKING: Final = ChunkingOptions(
    max_chunk_size=200,
    parent_chunk_size=200,
    child_chunk_size=100,
    semantic_threshold=0.5,
)
RERANKING: Final = RerankingConfiguration(enabled=True, model="bge-reranker-v2-m3")
ADDABLE: Final[tuple[AddableDataSource, ...]] = (
    SpacesDataSource(bucket_name="bucket", region="tor1", item_path="folder"),
    WebCrawlerDataSource(
        base_url="https://example.com",
        crawling_option=CrawlingOption.SCOPED,
        embed_media=True,
        exclude_tags=("nav", "footer"),
    ),
    AWSDataSource(
        bucket_name="bucket",
        region="eu-west-1",
        item_path="folder",
        key_id="key",
        secret_key="secret",
    ),
)


def all_kinds(stored_object_key: str) -> list[DataSourceInput]:
    """Return a data source of each kind."""
    return [
        *ADDABLE,
        FileUploadDataSource(
            original_file_name="handbook.pdf",
            size_in_bytes=3,
            stored_object_key=stored_object_key,
        ),
        DropboxDataSource(folder="/folder", refresh_token="token"),
        GoogleDriveDataSource(folder_id="folder", refresh_token="token"),
    ]


async def _first_page(paginator: Paginator[T]) -> tuple[T, ...]:
    return (await paginator).items


async def _list_indexing_jobs(client: Client, ids: Ids) -> object:
    return await _first_page(client.indexing_jobs.list(per_page=5))


async def _list_indexing_jobs_by_knowledge_base(client: Client, ids: Ids) -> object:
    jobs = client.indexing_jobs
    return (await jobs.list_for_knowledge_base(ids.knowledge_base_uuid)).items


async def _create_indexing_job(client: Client, ids: Ids) -> object:
    return await client.indexing_jobs.create(
        ids.knowledge_base_uuid, data_source_uuids=[ids.data_source_uuid]
    )


async def _get_indexing_job(client: Client, ids: Ids) -> object:
    return await client.indexing_jobs.get(ids.indexing_job_uuid)


async def _cancel_indexing_job(client: Client, ids: Ids) -> object:
    return await client.indexing_jobs.cancel(ids.indexing_job_uuid)


async def _list_indexing_job_data_sources(client: Client, ids: Ids) -> object:
    return await client.indexing_jobs.list_data_sources(ids.indexing_job_uuid)


async def _get_indexing_job_details_signed_url(client: Client, ids: Ids) -> object:
    return await client.indexing_jobs.get_details_url(ids.indexing_job_uuid)


async def _list_knowledge_bases(client: Client, ids: Ids) -> object:
    return await _first_page(client.knowledge_bases.list(per_page=5))


async def _get_knowledge_base(client: Client, ids: Ids) -> object:
    return await client.knowledge_bases.get(ids.knowledge_base_uuid)


async def _create_knowledge_base(client: Client, ids: Ids) -> object:
    return await client.knowledge_bases.create(
        "Handbook",
        embedding_model_uuid=ids.embedding_model_uuid,
        project_id=ids.project_id,
        region=ids.region,
        data_sources=[
            NewDataSource(
                it,
                chunking_algorithm=ChunkingAlgorithm.HIERARCHICAL,
                chunking_options=CHUNKING,
            )
            for it in all_kinds(ids.stored_object_key)
        ],
        tags=["manuals", "2026"],
        reranking_config=RERANKING,
        database_id=ids.database_id,
        size=OpenSearchPlanSize.SMALL,
        vpc_uuid=ids.vpc_uuid,
    )


async def _update_knowledge_base(client: Client, ids: Ids) -> object:
    return await client.knowledge_bases.update(
        ids.knowledge_base_uuid,
        name="Handbook of 2026",
        project_id=ids.project_id,
        tags=["manuals"],
        reranking_config=RERANKING,
        database_id=ids.database_id,
    )


async def _delete_knowledge_base(client: Client, ids: Ids) -> None:
    await client.knowledge_bases.delete(ids.knowledge_base_uuid)


async def _list_knowledge_base_data_sources(client: Client, ids: Ids) -> object:
    return await _first_page(
        client.data_sources.list(ids.knowledge_base_uuid, per_page=5)
    )


async def _create_knowledge_base_data_source(client: Client, ids: Ids) -> object:
    added = [
        await client.data_sources.create(
            ids.knowledge_base_uuid,
            source,
            chunking_algorithm="semantic",
            chunking_options=CHUNKING,
        )
        for source in ADDABLE
    ]
    return added[-1]


async def _update_knowledge_base_data_source(client: Client, ids: Ids) -> object:
    return await client.data_sources.update(
        ids.knowledge_base_uuid,
        ids.data_source_uuid,
        chunking_algorithm="fixed_length",
        chunking_options=CHUNKING,
    )


async def _delete_knowledge_base_data_source(client: Client, ids: Ids) -> None:
    await client.data_sources.delete(ids.knowledge_base_uuid, ids.data_source_uuid)


async def _create_presigned_urls(client: Client, ids: Ids) -> object:
    files = [PresignedUrlFile("handbook.pdf", 3), PresignedUrlFile("notes.txt", 2**53)]
    return await client.data_sources.create_presigned_urls(files)


async def _create_scheduled_indexing(client: Client, ids: Ids) -> object:
    return await client.scheduled_indexing.create(
        ids.knowledge_base_uuid, days=[1, 5], time="06:30"
    )


async def _get_scheduled_indexing(client: Client, ids: Ids) -> object:
    return await client.scheduled_indexing.get(ids.knowledge_base_uuid)


async def _delete_scheduled_indexing(client: Client, ids: Ids) -> None:
    await client.scheduled_indexing.delete(ids.schedule_uuid)


async def _list_datacenter_regions(client: Client, ids: Ids) -> object:
    return await client.regions.list(serves_inference=True, serves_batch=True)


async def _list_models(client: Client, ids: Ids) -> object:
    models = client.models.list(
        usecases=["knowledgebase", "agent"], public_only=True, per_page=5
    )
    return await _first_page(models)


CALLS: Final[Mapping[str, Call]] = {
    "genai_cancel_indexing_job": _cancel_indexing_job,
    "genai_create_data_source_file_upload_presigned_urls": _create_presigned_urls,
    "genai_create_indexing_job": _create_indexing_job,
    "genai_create_knowledge_base": _create_knowledge_base,
    "genai_create_knowledge_base_data_source": _create_knowledge_base_data_source,
    "genai_create_scheduled_indexing": _create_scheduled_indexing,
    "genai_delete_knowledge_base": _delete_knowledge_base,
    "genai_delete_knowledge_base_data_source": _delete_knowledge_base_data_source,
    "genai_delete_scheduled_indexing": _delete_scheduled_indexing,
    "genai_get_indexing_job": _get_indexing_job,
    "genai_get_indexing_job_details_signed_url": _get_indexing_job_details_signed_url,
    "genai_get_knowledge_base": _get_knowledge_base,
    "genai_get_scheduled_indexing": _get_scheduled_indexing,
    "genai_list_datacenter_regions": _list_datacenter_regions,
    "genai_list_indexing_job_data_sources": _list_indexing_job_data_sources,
    "genai_list_indexing_jobs": _list_indexing_jobs,
    "genai_list_indexing_jobs_by_knowledge_base": (
        _list_indexing_jobs_by_knowledge_base
    ),
    "genai_list_knowledge_base_data_sources": _list_knowledge_base_data_sources,
    "genai_list_knowledge_bases": _list_knowledge_bases,
    "genai_list_models": _list_models,
    "genai_update_knowledge_base": _update_knowledge_base,
    "genai_update_knowledge_base_data_source": _update_knowledge_base_data_source,
}
"""The calls, by operation id."""
