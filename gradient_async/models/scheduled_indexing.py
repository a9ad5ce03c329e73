"""Scheduled indexing: jobs that the platform starts every week."""

from __future__ import annotations

import attrs

from gradient_async.models.base import APIObject
from gradient_async.models.scalars import Timestamp


@attrs.frozen(kw_only=True)
class ScheduledIndexing(APIObject):
    """The weekly schedule by which the platform indexes a knowledge base."""

    uuid: str = ""
    """Id of the schedule."""
    knowledge_base_uuid: str = ""
    """Id of the knowledge base that it indexes."""
    days: tuple[int, ...] = ()
    """Days of the week as in cron: 1 is Monday."""
    time: str = ""
    """Time of day, UTC, as `HH:MM:SS`."""
    is_active: bool = False
    """Whether the schedule is active."""
    last_ran_at: Timestamp | None = None
    """Time of the latest run, UTC; None before the first."""
    next_run_at: Timestamp | None = None
    """Time of the next run, UTC; None if there is none."""
    created_at: Timestamp | None = None
    """Time of creation, UTC."""
    updated_at: Timestamp | None = None
    """Time of the last change, UTC."""
    deleted_at: Timestamp | None = None
    """Time of deletion, UTC; None if it was not deleted."""
