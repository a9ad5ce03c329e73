"""How one data source goes through a job that moves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import attrs
from attrs.validators import and_, ge, gt, le, lt, optional

from gradient_async.emulator.jobs.sources import COMPLETE, IndexedSource
from gradient_async.emulator.timestamps import timestamp

_NO_COUNTS: Final = dict.fromkeys(
    (
        "total_file_count",
        "indexed_file_count",
        "indexed_item_count",
        "failed_item_count",
        "skipped_item_count",
        "removed_item_count",
        "total_bytes",
        "total_bytes_indexed",
    ),
    0,
)


@attrs.frozen
class SourcePlan:
    """How the coming indexings of a source go."""

    seconds: float | None = attrs.field(
        default=None, validator=optional(and_(ge(0.0), lt(math.inf)))
    )
    """How long it takes; None is the usual time."""
    error_msg: str = ""
    """The code of its failure; empty if it does not fail."""
    error_details: str = ""
    """The failure in words."""
    failed: float = attrs.field(default=1.0, validator=[gt(0), le(1)])
    """The share of its items that fail, if it does; below 1 the rest is indexed."""

    @property
    def share(self) -> Fraction:
        """The share as it is written: 0.07 is exactly seven in a hundred."""
        return Fraction(str(self.failed))

    @property
    def messages(self) -> dict[str, object]:
        """What a failure adds to the JSON, without what is empty."""
        texts = {"error_msg": self.error_msg, "error_details": self.error_details}
        return {name: text for name, text in texts.items() if text}


@attrs.frozen(kw_only=True)
class SourceRun:
    """What will come of one source in one job."""

    uuid: str
    files: int
    size: int
    """The bytes of all its files."""
    duration: int
    """Nanoseconds from its beginning to its end."""
    is_unchanged: bool
    """Whether it has been indexed as it is now; then all of it is skipped."""
    failure: SourcePlan | None
    """How it fails, if it does."""

    @property
    def outcome(self) -> str:
        """Its status once it is done."""
        if self.failure is not None:
            return "FAILED" if self.failure.failed == 1 else "PARTIALLY_UPDATED"
        return "NOT_UPDATED" if self.is_unchanged else "UPDATED"

    def at(self, until: int, began_at: int, *, is_cancelled: bool) -> IndexedSource:
        """Tell how far it has got; if it is not done by then, it can be cancelled."""
        ends_at = began_at + self.duration
        if until >= ends_at:
            return self._entry(self.outcome, began_at, ends_at)
        status = "CANCELLED" if is_cancelled else "IN_PROGRESS"
        return self._entry(status, began_at, until)

    def never(self, until: int) -> IndexedSource:
        """Tell that its turn did not come."""
        fields = never_indexed(self.uuid)
        return IndexedSource(
            fields=fields, is_complete=False, updated_at=until, tokens=0
        )

    def _entry(self, status: str, began_at: int, until: int) -> IndexedSource:
        """Write down its state at a moment between its beginning and its end."""
        counts = self._counts(until - began_at)
        fields: dict[str, object] = {
            "data_source_uuid": self.uuid,
            "status": f"DATA_SOURCE_STATUS_{status}",
            "started_at": timestamp(began_at),
        }
        if status != "IN_PROGRESS":
            fields["completed_at"] = timestamp(until)
        if self.failure is not None and status == self.outcome:
            fields |= self.failure.messages
        return IndexedSource(
            fields=fields | _texts(counts),
            is_complete=status in COMPLETE,
            updated_at=until,
            tokens=counts["total_bytes_indexed"] // 4,
        )

    def _counts(self, elapsed: int) -> dict[str, int]:
        """Count what is done after so many nanoseconds."""
        # Whole numbers throughout: a float would lose bytes of large sources.
        duration = max(1, self.duration)
        seen = duration if elapsed >= self.duration else elapsed
        files, size = (total * seen // duration for total in (self.files, self.size))
        is_skipped = self.outcome == "NOT_UPDATED"
        failed = self._failed(files)
        indexed = 0 if is_skipped else files - failed
        return _NO_COUNTS | {
            "total_file_count": self.files,
            "indexed_file_count": indexed,
            "indexed_item_count": indexed,
            "failed_item_count": failed,
            "skipped_item_count": files if is_skipped else 0,
            "total_bytes": self.size,
            "total_bytes_indexed": 0 if is_skipped else self._indexed_bytes(size),
        }

    def _failed(self, files: int) -> int:
        """Count the failures among the first files."""
        if self.failure is None:
            return 0
        if self.failure.failed == 1:
            return files
        # Of a single file, a part may fail, which leaves no whole file to count.
        return min(math.ceil(files * self.failure.share), self.files - 1)

    def _indexed_bytes(self, size: int) -> int:
        """Tell how many of the first bytes were indexed."""
        share = Fraction(0) if self.failure is None else self.failure.share
        return size - math.ceil(size * share)


def never_indexed(uuid: str) -> dict[str, object]:
    """Write down a source whose job was cancelled before its turn."""
    return {
        "data_source_uuid": uuid,
        "status": "DATA_SOURCE_STATUS_CANCELLED",
        **_texts(_NO_COUNTS),
    }


def _texts(counts: Mapping[str, int]) -> dict[str, object]:
    """Write counts as protobuf does: 64-bit unsigned numbers are strings."""
    return {name: str(count) for name, count in counts.items()}
