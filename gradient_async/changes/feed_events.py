"""What a feed tells its listeners, besides the events of jobs."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TypeAlias

import attrs

from gradient_async.changes.events import JobEvent
from gradient_async.errors import GradientError


class AccountEventKind(StrEnum):
    """Kind of an `AccountEvent`."""

    TROUBLE = "trouble"
    """The account cannot be polled; the feed goes on trying."""
    RECOVERED = "recovered"
    """It can be polled again, and nothing was missed."""
    REMOVED = "removed"
    """The account was removed, and with it its jobs."""


@attrs.frozen(kw_only=True)
class AccountEvent:
    """Something that happened to an account as a whole."""

    account: str = ""
    """Name of the account; empty if there is only one."""
    kind: AccountEventKind
    """What happened."""
    error: GradientError | None = None
    """Why the account cannot be polled; None for the other kinds."""

    def to_dict(self) -> dict[str, object]:
        """Return the event as plain JSON values."""
        error = None if self.error is None else self.error.to_dict()
        return {"account": self.account, "kind": str(self.kind), "error": error}

    def to_json(self) -> str:
        """Return the content of `to_dict` as JSON on one line."""
        return _to_json(self.to_dict())


@attrs.frozen(kw_only=True)
class Lagged:
    """
    The listener was too slow, and lost events; other listeners did not.

    What follows is a new snapshot, as at the start: forget which jobs were running.
    """

    kind: str = attrs.field(default="lagged", init=False)
    """Always `"lagged"`."""
    count: int
    """Number of events lost."""
    uuids: tuple[str, ...] = ()
    """Ids of the jobs that they were about; of more than `queue_size`, the latest."""

    def to_dict(self) -> dict[str, object]:
        """Return the event as plain JSON values."""
        return {"kind": self.kind, "count": self.count, "uuids": [*self.uuids]}

    def to_json(self) -> str:
        """Return the content of `to_dict` as JSON on one line."""
        return _to_json(self.to_dict())


FeedEvent: TypeAlias = JobEvent | AccountEvent | Lagged
"""What a listener receives."""


def _to_json(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
