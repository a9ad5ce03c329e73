"""Operations on data sources."""

from __future__ import annotations

import attrs
from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.domain.knowledge_bases.data_sources import (
    ADDABLE_KINDS,
    DataSource,
    read_chunking,
    read_data_source,
)
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import KnowledgeBase
from gradient_async.emulator.domain.storage import read_files
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    PLATFORM,
    RECEIVED,
    find_knowledge_base,
    get_time,
    read_message,
)
from gradient_async.emulator.handlers.responses import (
    BytesResponse,
    json_response,
    list_response,
)


async def list_knowledge_base_data_sources(request: web.Request) -> BytesResponse:
    """List one page of a knowledge base's data sources, newest first."""
    account, now = request[ACCOUNT], get_time(request)
    knowledge_base = find_knowledge_base(request)
    return list_response(
        request,
        "knowledge_base_data_sources",
        tuple(reversed(knowledge_base.data_sources.values())),
        lambda it: account.describe_data_source(knowledge_base, it, now),
    )


async def create_knowledge_base_data_source(request: web.Request) -> BytesResponse:
    """Add a data source to a knowledge base."""
    message = await read_message(request)
    knowledge_base = find_knowledge_base(request)
    data_source = read_data_source(
        message,
        knowledge_base.model,
        uuid=request[ACCOUNT].create_id(),
        now=get_time(request),
        kinds=ADDABLE_KINDS,
    )
    return _store(request, knowledge_base, data_source)


async def update_knowledge_base_data_source(request: web.Request) -> BytesResponse:
    """Change the chunking of a data source, which the next job then indexes again."""
    message = await read_message(request)
    knowledge_base, data_source = _find(request)
    changes = read_chunking(message, knowledge_base.model)
    updated = attrs.evolve(
        data_source,
        chunking={**data_source.chunking, **changes},
        updated_at=get_time(request),
    )
    return _store(request, knowledge_base, updated)


async def delete_knowledge_base_data_source(request: web.Request) -> BytesResponse:
    """Delete a data source that no unfinished job indexes."""
    knowledge_base, data_source = _find(request)
    jobs = request[ACCOUNT].jobs.unfinished(knowledge_base.uuid, get_time(request))
    if any(data_source.uuid in job.source_uuids for job in jobs):
        raise ApiError(
            409, "An indexing job that has not ended reads this data source."
        )
    del knowledge_base.data_sources[data_source.uuid]
    return json_response(
        {
            "data_source_uuid": data_source.uuid,
            "knowledge_base_uuid": knowledge_base.uuid,
        }
    )


async def create_data_source_file_upload_presigned_urls(
    request: web.Request,
) -> BytesResponse:
    """Create presigned URLs for uploading files."""
    files = read_files(await read_message(request))
    account, store = request[ACCOUNT], request.app[PLATFORM].store
    uploads = [
        store.prepare_upload(
            name,
            size,
            owner=account.index,
            uuid=account.create_id(),
            now=get_time(request),
        )
        for name, size in files
    ]
    request_id = request[RECEIVED].request_id
    return json_response({"request_id": request_id, "uploads": uploads})


def _find(request: web.Request) -> tuple[KnowledgeBase, DataSource]:
    """Return the knowledge base and data source in the path, or raise an `ApiError`."""
    knowledge_base = find_knowledge_base(request)
    data_source = knowledge_base.data_sources.get(
        request.match_info["data_source_uuid"]
    )
    if data_source is None:
        raise ApiError(404)
    return knowledge_base, data_source


def _store(
    request: web.Request, knowledge_base: KnowledgeBase, data_source: DataSource
) -> BytesResponse:
    """Store a data source in its knowledge base, and create a response with it."""
    knowledge_base.data_sources[data_source.uuid] = data_source
    fields = request[ACCOUNT].describe_data_source(
        knowledge_base, data_source, get_time(request)
    )
    return json_response({"knowledge_base_data_source": fields})
