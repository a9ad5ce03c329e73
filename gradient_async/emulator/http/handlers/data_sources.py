"""Data sources: list, add, change and delete those of a knowledge base."""

from __future__ import annotations

import attrs
from aiohttp import web

from gradient_async.emulator.bases.data_sources import DataSource
from gradient_async.emulator.bases.knowledge_bases import KnowledgeBase
from gradient_async.emulator.bases.overview import describe_source
from gradient_async.emulator.bases.source_inputs import ADDED_KINDS, read_source
from gradient_async.emulator.http.answers import Answer, json_answer
from gradient_async.emulator.http.handlers.lists import list_answer
from gradient_async.emulator.http.handlers.requests import now, read_message, read_page
from gradient_async.emulator.http.paging import cut_page
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.jobs.indexing import is_being_read
from gradient_async.emulator.state import ACCOUNT, RECEIVED, STATE
from gradient_async.emulator.storage.object_store import read_files


async def list_sources(request: web.Request) -> Answer:
    """Answer with one page of the data sources of a knowledge base, newest first."""
    page, per_page = read_page(request)
    account, base, moment = request[ACCOUNT], _find_base(request), now(request)
    result = cut_page(
        reversed(base.sources.values()),
        page,
        per_page,
        total=len(base.sources),
        view=lambda source: describe_source(account, base, source, moment),
    )
    return list_answer(request, "knowledge_base_data_sources", result)


async def create_source(request: web.Request) -> Answer:
    """Add a data source of one of the kinds that can be added."""
    message = await read_message(request)
    base = _find_base(request)
    source = read_source(
        message,
        base.model,
        uuid=request[ACCOUNT].identities.make(),
        now=now(request),
        kinds=ADDED_KINDS,
    )
    return _keep(request, base, source)


async def update_source(request: web.Request) -> Answer:
    """Change how the text of a data source is cut; the next job reads it anew."""
    message = await read_message(request)
    base, source = _find_base(request), _find(request)
    chunking = source.chunking.changed(message, base.model)
    changed = attrs.evolve(source, chunking=chunking, updated_at=now(request))
    return _keep(request, base, changed)


async def delete_source(request: web.Request) -> Answer:
    """Delete a data source that no job is reading."""
    base, source = _find_base(request), _find(request)
    if is_being_read(request[ACCOUNT], base, source.uuid, now(request)):
        msg = "An indexing job that has not ended reads this data source."
        raise RefusalError(409, msg)
    del base.sources[source.uuid]
    return json_answer(
        {"data_source_uuid": source.uuid, "knowledge_base_uuid": base.uuid}
    )


async def create_presigned_urls(request: web.Request) -> Answer:
    """Reserve names for files, and answer with the URLs to send them to."""
    files = read_files(await read_message(request))
    account, store = request[ACCOUNT], request.app[STATE].store
    uploads = [
        store.announce(
            name,
            size,
            owner=account.index,
            uuid=account.identities.make(),
            now=now(request),
        )
        for name, size in files
    ]
    request_id = request[RECEIVED].request_id
    return json_answer({"request_id": request_id, "uploads": uploads})


def _find_base(request: web.Request) -> KnowledgeBase:
    """Give the knowledge base that the path names, or refuse."""
    return request[ACCOUNT].find_base(request.match_info["knowledge_base_uuid"])


def _find(request: web.Request) -> DataSource:
    """Give the data source that the path names, or refuse."""
    names = request.match_info
    return request[ACCOUNT].find_source(
        names["knowledge_base_uuid"], names["data_source_uuid"]
    )


def _keep(request: web.Request, base: KnowledgeBase, source: DataSource) -> Answer:
    """Put a data source into its knowledge base, and answer with it."""
    base.sources[source.uuid] = source
    fields = describe_source(request[ACCOUNT], base, source, now(request))
    return json_answer({"knowledge_base_data_source": fields})
