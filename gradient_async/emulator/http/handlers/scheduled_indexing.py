"""Schedules: make, look at and delete that of a knowledge base."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.bases.schedules import read_schedule
from gradient_async.emulator.http.answers import Answer, json_answer
from gradient_async.emulator.http.handlers.requests import now, read_message
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.state import ACCOUNT


async def create_schedule(request: web.Request) -> Answer:
    """Make the schedule of a knowledge base that has none."""
    message = await read_message(request)
    account = request[ACCOUNT]
    base = account.find_base(message.text("knowledge_base_uuid"))
    schedule = read_schedule(
        message, base.uuid, uuid=account.identities.make(), now=now(request)
    )
    if base.schedule is not None:
        msg = f"The knowledge base has a schedule already: {base.schedule.uuid}."
        raise RefusalError(409, msg)
    base.schedule = schedule
    return json_answer({"indexing_info": schedule.describe(now(request))})


async def get_schedule(request: web.Request) -> Answer:
    """Answer with the schedule of a knowledge base."""
    base = request[ACCOUNT].find_base(request.match_info["knowledge_base_uuid"])
    if base.schedule is None:
        raise RefusalError(404, "The knowledge base has no schedule.")
    return json_answer({"indexing_info": base.schedule.describe(now(request))})


async def delete_schedule(request: web.Request) -> Answer:
    """Delete a schedule."""
    uuid = request.match_info["uuid"]
    for base in request[ACCOUNT].bases.values():
        if base.schedule is not None and base.schedule.uuid == uuid:
            schedule, base.schedule = base.schedule, None
            info = schedule.describe_deleted(now(request))
            return json_answer({"indexing_info": info})
    raise RefusalError(404, "There is no schedule with this uuid.")
