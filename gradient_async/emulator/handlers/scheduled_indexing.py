"""Operations on the schedules of knowledge bases."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.domain.knowledge_bases.schedules import read_schedule
from gradient_async.emulator.handlers.context import (
    ACCOUNT,
    find_knowledge_base,
    get_time,
    read_message,
)
from gradient_async.emulator.handlers.responses import BytesResponse, json_response


async def create_scheduled_indexing(request: web.Request) -> BytesResponse:
    """Create the schedule of a knowledge base that has none."""
    message = await read_message(request)
    account, now = request[ACCOUNT], get_time(request)
    knowledge_base = account.get_knowledge_base(message.string("knowledge_base_uuid"))
    schedule = read_schedule(
        message, knowledge_base.uuid, uuid=account.ids.create(), now=now
    )
    existing = knowledge_base.schedule
    if existing is not None:
        msg = f"The knowledge base has a schedule already: {existing.uuid}."
        raise ApiError(409, msg)
    knowledge_base.schedule = schedule
    return json_response({"indexing_info": schedule.describe(now)})


async def get_scheduled_indexing(request: web.Request) -> BytesResponse:
    """Return the schedule of a knowledge base."""
    schedule = find_knowledge_base(request).schedule
    if schedule is None:
        raise ApiError(404, "The knowledge base has no schedule.")
    return json_response({"indexing_info": schedule.describe(get_time(request))})


async def delete_scheduled_indexing(request: web.Request) -> BytesResponse:
    """Delete a schedule."""
    uuid = request.match_info["uuid"]
    for knowledge_base in request[ACCOUNT].knowledge_bases.values():
        schedule = knowledge_base.schedule
        if schedule is not None and schedule.uuid == uuid:
            knowledge_base.schedule = None
            info = schedule.describe_deleted(get_time(request))
            return json_response({"indexing_info": info})
    raise ApiError(404, "There is no schedule with this uuid.")
