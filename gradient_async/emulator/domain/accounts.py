"""Accounts: a token with its rate limit and its data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Self

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.ids import create_rng, create_uuid
from gradient_async.emulator.core.limiter import RateLimiter
from gradient_async.emulator.domain.jobs.history import JobHistory, SourceIds
from gradient_async.emulator.domain.jobs.job_list import JobList
from gradient_async.emulator.domain.jobs.runs import SourcePlan
from gradient_async.emulator.domain.knowledge_bases.data_sources import DataSource
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import (
    KnowledgeBase,
    Owner,
)
from gradient_async.emulator.domain.knowledge_bases.seed import create_knowledge_bases


@attrs.define(kw_only=True)
class Account:
    """The data behind one token."""

    index: int
    token: str = attrs.field(repr=False)
    is_revoked: bool = attrs.field(default=False, init=False)
    """Whether its token is no longer accepted."""
    limiter: RateLimiter | None = attrs.field(repr=False)
    owner: Owner = attrs.field(repr=False)
    jobs: JobList = attrs.field(repr=False)
    knowledge_bases: dict[str, KnowledgeBase] = attrs.field(repr=False)
    """The knowledge bases by id, oldest first."""
    create_id: Callable[[], str] = attrs.field(repr=False)
    """Creates the ids of what clients create."""
    plans: dict[str, SourcePlan] = attrs.field(factory=dict, repr=False)
    """The planned outcomes of data sources, by id."""
    collections: dict[str, dict[str, dict[str, Any]]] = attrs.field(
        factory=dict, repr=False
    )
    """What else clients have created, by kind and id."""
    _token_number: int = attrs.field(default=1, init=False, repr=False)
    _growth_left: int = attrs.field(default=0, init=False, repr=False)
    _growth_per_request: int = attrs.field(default=0, init=False, repr=False)

    @classmethod
    def create(
        cls,
        index: int,
        *,
        jobs: int,
        unfinished: int,
        seed: int,
        limiter: RateLimiter | None,
    ) -> Self:
        """Create an account with seeded data, which depends on seed and index only."""
        history = JobHistory(f"{seed}/{index}", jobs, unfinished)
        # A generator of its own: what clients create does not change seeded data.
        create_id = partial(create_uuid, create_rng(f"{seed}/{index}/created"))
        owner = Owner(9_000_001 + index, create_id())
        return cls(
            index=index,
            # Predictable, so that other programs can be configured in advance.
            token=f"emulator-token-{index + 1}",
            limiter=limiter,
            jobs=JobList(history),
            knowledge_bases=create_knowledge_bases(
                f"{seed}/{index}/bases",
                history.knowledge_bases,
                owner,
                # They are older than the first job that indexes them.
                before=history.begin,
            ),
            create_id=create_id,
            owner=owner,
        )

    def rotate(self) -> str:
        """Replace the token by a new one, which has used none of its limits."""
        self._token_number += 1
        self.token = f"emulator-token-{self.index + 1}-{self._token_number}"
        self.limiter = self.limiter and self.limiter.renewed()
        self.is_revoked = False
        return self.token

    def get_knowledge_base(self, uuid: str) -> KnowledgeBase:
        """Return a knowledge base, or raise an `ApiError`."""
        if uuid not in self.knowledge_bases:
            raise ApiError(404)
        return self.knowledge_bases[uuid]

    def describe_knowledge_base(
        self, knowledge_base: KnowledgeBase, now: int
    ) -> dict[str, object]:
        """Return a knowledge base's JSON, with its newest job."""
        return knowledge_base.describe(
            self.jobs.last_job(knowledge_base.uuid, now), now
        )

    def describe_data_source(
        self, knowledge_base: KnowledgeBase, data_source: DataSource, now: int
    ) -> dict[str, object]:
        """Return a data source's JSON, with its entry in the newest job."""
        last = self.jobs.last_source_job(knowledge_base.uuid, data_source.uuid, now)
        return data_source.describe(last)

    def data_sources(self) -> dict[str, DataSource]:
        """Return all data sources by id."""
        # Tuples, because tests call this from their own threads while the server runs.
        return {
            uuid: data_source
            for knowledge_base in tuple(self.knowledge_bases.values())
            for uuid, data_source in tuple(knowledge_base.data_sources.items())
        }

    def add_jobs(self, count: int, now: int) -> tuple[str, ...]:
        """Add pending jobs at the head of the list; return their ids, newest first."""
        return self.jobs.add_pending(count, now, self._require_indexable())

    def grow(self, total: int, per_request: int) -> None:
        """Make each of the next list requests add jobs, until `total` were added."""
        self._require_indexable()
        self._growth_left, self._growth_per_request = total, per_request

    def apply_growth(self, now: int) -> None:
        """Add the jobs that a list request adds, if anything can be indexed."""
        count = min(self._growth_per_request, self._growth_left)
        self._growth_left -= count
        # Growth is counted even if nothing can be added, so that it comes to an end.
        if indexable := self._indexable():
            self.jobs.add_pending(count, now, indexable)

    def plan_source(self, uuid: str, plan: SourcePlan) -> bool:
        """Plan how a data source is indexed; return whether it exists."""
        exists = uuid in self.data_sources()
        if exists:
            self.plans[uuid] = plan
        return exists

    def _indexable(self) -> SourceIds:
        """Return the ids of knowledge bases with data sources, and those of these."""
        return {
            uuid: list(knowledge_base.data_sources)
            for uuid, knowledge_base in tuple(self.knowledge_bases.items())
            if knowledge_base.data_sources
        }

    def _require_indexable(self) -> SourceIds:
        """Return the same, or raise if there are none."""
        indexable = self._indexable()
        if not indexable:
            msg = "no knowledge base with a data source is left to create jobs for"
            raise ValueError(msg)
        return indexable
