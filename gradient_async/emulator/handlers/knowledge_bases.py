"""Operations on knowledge bases."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.core.pages import cut_page
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import (
    KnowledgeBase,
    read_knowledge_base,
)
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    find_knowledge_base,
    get_time,
    read_message,
    read_page,
)
from gradient_async.emulator.handlers.responses import (
    BytesResponse,
    json_response,
    list_response,
)


async def list_knowledge_bases(request: web.Request) -> BytesResponse:
    """List one page of the knowledge bases, newest first."""
    page, per_page = read_page(request)
    account, now = request[ACCOUNT], get_time(request)
    result = cut_page(
        reversed(account.knowledge_bases.values()),
        page,
        per_page,
        total=len(account.knowledge_bases),
        describe=lambda it: account.describe_knowledge_base(it, now),
    )
    return list_response(request, "knowledge_bases", result)


async def get_knowledge_base(request: web.Request) -> BytesResponse:
    """Return one knowledge base, and the status of its database."""
    knowledge_base, now = find_knowledge_base(request, "uuid"), get_time(request)
    fields = request[ACCOUNT].describe_knowledge_base(knowledge_base, now)
    status = knowledge_base.database_status(now)
    return json_response({"knowledge_base": fields, "database_status": status})


async def create_knowledge_base(request: web.Request) -> BytesResponse:
    """Create a knowledge base with or without data sources; no job is started."""
    message = await read_message(request)
    account = request[ACCOUNT]
    knowledge_base = read_knowledge_base(
        message, account.ids, account.owner, get_time(request)
    )
    account.knowledge_bases[knowledge_base.uuid] = knowledge_base
    return _respond(request, knowledge_base)


async def update_knowledge_base(request: web.Request) -> BytesResponse:
    """Replace what the body names of a knowledge base."""
    message = await read_message(request)
    knowledge_base = find_knowledge_base(request, "uuid")
    knowledge_base.update(message, get_time(request))
    return _respond(request, knowledge_base)


async def delete_knowledge_base(request: web.Request) -> BytesResponse:
    """Delete a knowledge base, and cancel its job; its jobs stay in the list."""
    account, knowledge_base = request[ACCOUNT], find_knowledge_base(request, "uuid")
    now = get_time(request)
    for job in account.jobs.unfinished(knowledge_base.uuid, now):
        account.jobs.cancel(job.uuid, now)
    del account.knowledge_bases[knowledge_base.uuid]
    return json_response({"uuid": knowledge_base.uuid})


def _respond(request: web.Request, knowledge_base: KnowledgeBase) -> BytesResponse:
    """Create a response with a knowledge base."""
    now = get_time(request)
    fields = request[ACCOUNT].describe_knowledge_base(knowledge_base, now)
    return json_response({"knowledge_base": fields})
