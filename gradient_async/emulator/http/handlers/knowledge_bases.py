"""Knowledge bases: list, look at, create, change and delete them."""

from __future__ import annotations

from aiohttp import web

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.bases.knowledge_bases import KnowledgeBase, read_base
from gradient_async.emulator.bases.overview import describe_base
from gradient_async.emulator.http.answers import Answer, json_answer
from gradient_async.emulator.http.handlers.lists import list_answer
from gradient_async.emulator.http.handlers.requests import now, read_message, read_page
from gradient_async.emulator.http.paging import cut_page
from gradient_async.emulator.jobs.indexing import going_jobs
from gradient_async.emulator.state import ACCOUNT


async def list_bases(request: web.Request) -> Answer:
    """Answer with one page of the knowledge bases, newest first."""
    page, per_page = read_page(request)
    account, moment = request[ACCOUNT], now(request)
    bases = account.bases
    result = cut_page(
        reversed(bases.values()),
        page,
        per_page,
        total=len(bases),
        view=lambda base: describe_base(account, base, moment),
    )
    return list_answer(request, "knowledge_bases", result)


async def get_base(request: web.Request) -> Answer:
    """Answer with one knowledge base, and what its database is doing."""
    base = _find(request)
    fields = describe_base(request[ACCOUNT], base, now(request))
    status = base.database_status(now(request))
    return json_answer({"knowledge_base": fields, "database_status": status})


async def create_base(request: web.Request) -> Answer:
    """Create a knowledge base, with or without data sources; nothing is indexed."""
    message = await read_message(request)
    account: Account = request[ACCOUNT]
    base = read_base(message, account.identities, account.owner, now(request))
    account.bases[base.uuid] = base
    return _base_answer(request, base)


async def update_base(request: web.Request) -> Answer:
    """Change what the body names of a knowledge base."""
    message = await read_message(request)
    base = _find(request)
    base.change(message, now(request))
    return _base_answer(request, base)


async def delete_base(request: web.Request) -> Answer:
    """Delete a knowledge base, and cancel its job; its jobs stay in the list."""
    account, base = request[ACCOUNT], _find(request)
    for job in going_jobs(account, base, now(request)):
        account.jobs.cancel(job.uuid, now(request))
    del account.bases[base.uuid]
    return json_answer({"uuid": base.uuid})


def _find(request: web.Request) -> KnowledgeBase:
    """Give the knowledge base that the path names, or refuse."""
    return request[ACCOUNT].find_base(request.match_info["uuid"])


def _base_answer(request: web.Request, base: KnowledgeBase) -> Answer:
    """Answer with a knowledge base."""
    fields = describe_base(request[ACCOUNT], base, now(request))
    return json_answer({"knowledge_base": fields})
