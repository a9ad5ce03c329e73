"""Scheduled indexing: jobs that the platform starts by itself, week after week."""

from __future__ import annotations

import attrs

from gradient_async.models.timestamp import Timestamp


@attrs.frozen(kw_only=True)
class ScheduledIndexing:
    """When a knowledge base is indexed by itself."""

    uuid: str = ""
    """Id of the schedule."""
    knowledge_base_uuid: str = ""
    """Id of the knowledge base it indexes."""
    days: tuple[int, ...] = ()
    """Days of the week, as cron counts them: 1 is Monday."""
    time: str = ""
    """Time of the day, UTC, `HH:MM:SS`."""
    is_active: bool = False
    """Whether it is in force."""
    last_ran_at: Timestamp | None = None
    """When it last started a job, UTC; None before the first."""
    next_run_at: Timestamp | None = None
    """When it will start the next, UTC; None when it will not."""
    created_at: Timestamp | None = None
    """When it was made, UTC."""
    updated_at: Timestamp | None = None
    """When it last changed, UTC."""
    deleted_at: Timestamp | None = None
    """When it was deleted, UTC; None while it was not."""


@attrs.frozen(kw_only=True)
class ScheduledIndexingResponse:
    """The answer that carries one schedule."""

    indexing_info: ScheduledIndexing
    """The schedule."""
