"""Knowledge bases and data sources as answers show them, with their newest jobs."""

from __future__ import annotations

from collections.abc import Mapping

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.data_sources import DataSource
from gradient_async.emulator.indexing import last_indexing, last_job
from gradient_async.emulator.knowledge_bases import KnowledgeBase


def describe_base(
    account: Account, base: KnowledgeBase, now: int
) -> Mapping[str, object]:
    """Write a knowledge base as in the API's JSON."""
    job = last_job(account, base, now)
    return base.describe(None if job is None else job.fields)


def describe_source(
    account: Account, base: KnowledgeBase, source: DataSource, now: int
) -> Mapping[str, object]:
    """Write a data source as in the API's JSON."""
    return source.describe(last_indexing(account, base, source.uuid, now))
