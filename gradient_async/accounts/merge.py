"""In which order the items of several accounts come; pure."""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from gradient_async.accounts.lane import Lane

T = TypeVar("T")

Order: TypeAlias = Literal["arrival", "newest"]
"""As pages arrive, in turns; or merged by `created_at`, the newest first."""


class Merge(Protocol[T]):
    """Chooses whose item comes next."""

    def add(self, lane: Lane[T]) -> None:
        """Add an account that has an item to take, and is not in it."""
        ...

    def pop(self, *, is_waiting: bool) -> Lane[T] | None:
        """
        Return whose item comes next, and remove the account.

        Args:
            is_waiting: Whether an account is not in it because it is still fetching.
        """
        ...


class ArrivalMerge(Generic[T]):
    """Page by page, as they arrive: first come, first served."""

    def __init__(self) -> None:
        self._lanes: deque[Lane[T]] = deque()
        self._latest: Lane[T] | None = None

    def add(self, lane: Lane[T]) -> None:
        """Add an account; one that was returned last goes on with its page."""
        if lane is self._latest:
            self._lanes.appendleft(lane)
        else:
            self._lanes.append(lane)

    def pop(self, *, is_waiting: bool) -> Lane[T] | None:  # noqa: ARG002
        """Return the account that has waited longest."""
        self._latest = self._lanes.popleft() if self._lanes else None
        return self._latest


class NewestMerge(Generic[T]):
    """
    By `created_at`, the newest first; ties by the name of the account.

    Each account's items must come newest first. An item without a time follows right
    after the one before it.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, str, Lane[T]]] = []

    def add(self, lane: Lane[T]) -> None:
        """Add an account by the age of its next item."""
        created_at = getattr(lane.source.peek(), "created_at", None)
        age = -math.inf if created_at is None else -created_at.timestamp()
        heapq.heappush(self._heap, (age, lane.account, lane))

    def pop(self, *, is_waiting: bool) -> Lane[T] | None:
        """Return the account with the newest item, once every account has one."""
        if is_waiting or not self._heap:
            return None
        _, _, lane = heapq.heappop(self._heap)
        return lane
