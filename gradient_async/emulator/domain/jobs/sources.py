"""Data sources as indexing jobs report on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

import attrs

from gradient_async.emulator.core.timestamps import format_timestamp

_PREFIX: Final = "DATA_SOURCE_STATUS_"
_COMPLETE: Final = {"UPDATED", "NOT_UPDATED", "PARTIALLY_UPDATED"}
# What was skipped or cancelled leaves nothing to report on.
_REPORTED: Final = {"UPDATED", "PARTIALLY_UPDATED", "FAILED"}


class Counts(NamedTuple):
    """The files and bytes of a data source in a job, named as in its JSON."""

    total_file_count: int = 0
    indexed_file_count: int = 0
    failed_item_count: int = 0
    skipped_item_count: int = 0
    removed_item_count: int = 0
    total_bytes: int = 0
    total_bytes_indexed: int = 0

    def describe(self) -> dict[str, str]:
        """Return the JSON members, strings as protobuf writes 64-bit integers."""
        # Each file is one item here, so the description's two counts are the same.
        counts = self._asdict() | {"indexed_item_count": self.indexed_file_count}
        return {name: str(count) for name, count in counts.items()}


@attrs.frozen(kw_only=True)
class IndexedSource:
    """A data source's entry in a job."""

    fields: dict[str, object]
    """The members of its JSON object."""
    is_complete: bool
    """Whether it was indexed, at least in part."""
    is_reported: bool
    """Whether a job with this entry has a report."""
    tokens: int
    """The number of tokens that were embedded."""

    @classmethod
    def build(
        cls,
        uuid: str,
        status: str,
        counts: Counts,
        *,
        started_at: int | None,
        updated_at: int,
        error: Mapping[str, str],
    ) -> Self:
        """Create an entry; `updated_at` is also its end, unless it is in progress."""
        fields: dict[str, object] = {
            "data_source_uuid": uuid,
            "status": f"{_PREFIX}{status}",
        }
        if started_at is not None:
            fields["started_at"] = format_timestamp(started_at)
            if status != "IN_PROGRESS":
                fields["completed_at"] = format_timestamp(updated_at)
        return cls(
            fields={**fields, **error, **counts.describe()},
            is_complete=status in _COMPLETE,
            is_reported=status in _REPORTED,
            # A rule of thumb for English text: four bytes per token.
            tokens=counts.total_bytes_indexed // 4,
        )

    @classmethod
    def not_started(cls, uuid: str, at: int) -> Self:
        """Create the entry of a data source whose job was cancelled before its turn."""
        return cls.build(
            uuid, "CANCELLED", Counts(), started_at=None, updated_at=at, error={}
        )
