"""Find what an argument means: a name, an id, or the start of an id."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.client import Client
from gradient_async.errors import (
    AmbiguousNameError,
    GradientError,
    NotFoundError,
    UnknownNameError,
)
from gradient_async.models import IndexingJob, KnowledgeBase
from gradient_async.paging import Paginator
from gradient_async.printable import printable
from gradient_async.resources.unique_match import Identified, find_unique

T = TypeVar("T", bound=Identified)

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_START: Final = re.compile(r"[0-9a-f]{4,8}(-[0-9a-f-]*)?", re.IGNORECASE)


async def find_base(client: Client, text: str) -> KnowledgeBase:
    """
    Return the knowledge base with this name, this id, or an id that starts so.

    Reads the list of knowledge bases, as names need not be unique.

    Raises:
        AmbiguousNameError: Several have this name, or ids that start so.
        UnknownNameError: There is none.
    """
    bases = client.knowledge_bases.list()
    return await find(bases, text, "knowledge base", name=lambda base: base.name)


async def find_base_uuid(client: Client, text: str) -> str:
    """Return the id of a knowledge base; a complete one is returned as it is."""
    return text if _UUID.fullmatch(text) else (await find_base(client, text)).uuid


async def find(
    items: Paginator[T],
    text: str,
    noun: str,
    *,
    name: Callable[[T], str | None] = lambda _: None,
) -> T:
    """
    Return the only item with an id, a name, or an id that starts so, in this order.

    Raises:
        AmbiguousNameError: Several items match.
        UnknownNameError: None does.
    """
    is_start = _START.fullmatch(text) is not None
    return await find_unique(items, text, noun, name=name, is_start=is_start)


async def find_base_everywhere(
    chosen: accounts.Accounts, text: str
) -> accounts.AccountResults[str]:
    """
    Return the id of a knowledge base in each account that has it.

    Raises:
        GradientError: No account has it, or it could not be looked up in any.
    """
    found = await chosen.map(
        lambda client: find_base_uuid(client, text), on_error="collect"
    )
    if found:
        return found
    raise _most_telling(list(found.errors.values()))


async def find_job(chosen: accounts.Accounts, text: str) -> tuple[str, IndexingJob]:
    """
    Return an indexing job and its account, given the id or its start.

    Only a start makes it read the lists of jobs.

    Raises:
        AmbiguousNameError: Several ids start so.
        GradientError: No account has it, or it could not be looked up in any.
    """
    found = await chosen.map(lambda client: _get_job(client, text), on_error="collect")
    uuids = tuple(dict.fromkeys(job.uuid for job in found.values()))
    if len(uuids) > 1:
        msg = f"{len(uuids)} indexing jobs match {printable(text)!r}"
        raise AmbiguousNameError(msg, name=text, uuids=uuids)
    for account, job in found.items():
        return account, job
    raise _most_telling(list(found.errors.values()))


async def _get_job(client: Client, text: str) -> IndexingJob:
    uuid = text
    if not _UUID.fullmatch(text):
        uuid = (await find(client.iter_indexing_jobs(), text, "indexing job")).uuid
    return await client.indexing_jobs.get(uuid)


def _most_telling(errors: list[GradientError]) -> GradientError:
    """Return an error other than that there is no such name, if there is one."""
    missing = (UnknownNameError, NotFoundError)
    others = (it for it in errors if not isinstance(it, missing))
    return next(others, errors[0])
