"""Knowledge bases and data sources as answers show them, with their newest jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.bases.data_sources import DataSource
from gradient_async.emulator.bases.knowledge_bases import KnowledgeBase
from gradient_async.emulator.jobs.indexing import last_indexing, last_job


def describe_base(
    account: Account, base: KnowledgeBase, now: int
) -> Mapping[str, object]:
    """Write a knowledge base as in the API's JSON."""
    job = last_job(account, base, now)
    return base.describe(None if job is None else job.fields)


def copy_json(fields: Mapping[str, object]) -> dict[str, object]:
    """Give a JSON object anew, to whoever may write to it."""
    return dict(json.loads(json.dumps(fields)))


def describe_source(
    account: Account, base: KnowledgeBase, source: DataSource, now: int
) -> Mapping[str, object]:
    """Write a data source as in the API's JSON."""
    return source.describe(last_indexing(account, base, source.uuid, now))
