"""Operations on knowledge bases and their schedules."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.domain.indexing import add_job
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import (
    KnowledgeBase,
    read_knowledge_base,
)
from gradient_async.emulator.domain.knowledge_bases.schedules import read_schedule
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    PLATFORM,
    find_knowledge_base,
    get_time,
    read_message,
)
from gradient_async.emulator.handlers.responses import (
    BytesResponse,
    json_response,
    list_response,
)


async def list_knowledge_bases(request: web.Request) -> BytesResponse:
    """List one page of the knowledge bases, newest first."""
    account, now = request[ACCOUNT], get_time(request)
    return list_response(
        request,
        "knowledge_bases",
        tuple(reversed(account.knowledge_bases.values())),
        lambda it: account.describe_knowledge_base(it, now),
    )


async def get_knowledge_base(request: web.Request) -> BytesResponse:
    """Return one knowledge base, and the status of its database."""
    knowledge_base = find_knowledge_base(request, "uuid")
    status = knowledge_base.database_status(get_time(request))
    return _respond(request, knowledge_base, database_status=status)


async def create_knowledge_base(request: web.Request) -> BytesResponse:
    """Create a knowledge base with or without data sources."""
    message = await read_message(request)
    account, platform = request[ACCOUNT], request.app[PLATFORM]
    now = get_time(request)
    knowledge_base = read_knowledge_base(
        message,
        account.create_id,
        account.owner,
        now,
        database_time=platform.database_time,
    )
    account.knowledge_bases[knowledge_base.uuid] = knowledge_base
    if platform.auto_index and knowledge_base.data_sources:
        sources = [*knowledge_base.data_sources]
        add_job(account, knowledge_base, sources, platform.store, now)
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


async def create_scheduled_indexing(request: web.Request) -> BytesResponse:
    """Create the schedule of a knowledge base that has none."""
    message = await read_message(request)
    account, now = request[ACCOUNT], get_time(request)
    knowledge_base = account.get_knowledge_base(message.string("knowledge_base_uuid"))
    schedule = read_schedule(
        message, knowledge_base.uuid, uuid=account.create_id(), now=now
    )
    if existing := knowledge_base.schedule:
        raise ApiError(409, f"The knowledge base has a schedule: {existing.uuid}.")
    knowledge_base.schedule = schedule
    return json_response({"indexing_info": schedule.describe(now)})


async def get_scheduled_indexing(request: web.Request) -> BytesResponse:
    """Return the schedule of a knowledge base."""
    schedule = find_knowledge_base(request).schedule
    if schedule is None:
        raise ApiError(404)
    return json_response({"indexing_info": schedule.describe(get_time(request))})


async def delete_scheduled_indexing(request: web.Request) -> BytesResponse:
    """Delete a schedule."""
    uuid = request.match_info["uuid"]
    # A tuple, because tests add knowledge bases from their own threads.
    for knowledge_base in tuple(request[ACCOUNT].knowledge_bases.values()):
        schedule = knowledge_base.schedule
        if schedule is not None and schedule.uuid == uuid:
            knowledge_base.schedule = None
            info = schedule.describe(get_time(request), is_deleted=True)
            return json_response({"indexing_info": info})
    raise ApiError(404)


def _respond(
    request: web.Request, knowledge_base: KnowledgeBase, **others: str
) -> BytesResponse:
    """Create a response with a knowledge base, and other members beside it."""
    now = get_time(request)
    fields = request[ACCOUNT].describe_knowledge_base(knowledge_base, now)
    return json_response({"knowledge_base": fields, **others})
