"""What became of each account: reports of streams, and health."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from gradient_async.errors import GradientError
from gradient_async.models.base import to_plain


class ReportState(StrEnum):
    """How far a stream has read one account."""

    COMPLETE = "complete"
    """Everything was read: what is missing does not exist."""
    PARTIAL = "partial"
    """It failed after some of it was read."""
    FAILED = "failed"
    """It failed before anything was read."""
    SKIPPED = "skipped"
    """It was not asked, because its token was refused not long ago."""
    UNFINISHED = "unfinished"
    """The stream has not reached its end, or was ended early."""


@attrs.frozen(kw_only=True)
class AccountReport:
    """What a stream has read of one account."""

    account: str
    """Name of the account."""
    state: ReportState
    """How far it was read."""
    items: int = 0
    """Number of its items that the stream has yielded."""
    error: GradientError | None = None
    """Why it was not read to its end; None where it did not fail."""
    drift: bool = False
    """Whether its list changed in a way that may have hidden items."""

    @property
    def is_complete(self) -> bool:
        """Whether everything was read, and nothing can have been hidden."""
        return self.state is ReportState.COMPLETE and not self.drift

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain JSON values."""
        return _to_dict(self)


@attrs.frozen(kw_only=True)
class Health:
    """What the latest calls of an account found out; no request is sent for it."""

    error: GradientError | None = None
    """
    What prevents calls of the account; None if the latest call got through.

    A 404 or another error about one object shows that the account can be used.
    """
    remaining: int | None = None
    """Requests left in the hour, as of the latest response; None if unknown."""
    reset_at: datetime | None = None
    """When the hour's oldest request expires, in UTC; None if unknown."""

    @property
    def ok(self) -> bool:
        """Whether nothing is known to be wrong."""
        return self.error is None

    def to_dict(self) -> dict[str, object]:
        """Return the health as plain JSON values."""
        return {"ok": self.ok, **_to_dict(self)}


def _to_dict(instance: AccountReport | Health) -> dict[str, object]:
    values = attrs.asdict(instance, recurse=False)
    error: GradientError | None = values.pop("error")
    details = None if error is None else error.to_dict()
    return {name: to_plain(it) for name, it in values.items()} | {"error": details}
