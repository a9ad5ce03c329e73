"""Data sources as indexing jobs report on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from gradient_async.emulator.core.timestamps import format_timestamps

_PREFIX: Final = "DATA_SOURCE_STATUS_"
_INDEXED: Final = {f"{_PREFIX}UPDATED", f"{_PREFIX}PARTIALLY_UPDATED"}
_COMPLETE: Final = {*_INDEXED, f"{_PREFIX}NOT_UPDATED"}
# What was skipped or cancelled leaves nothing to report on.
_REPORTED: Final = {*_INDEXED, f"{_PREFIX}FAILED"}


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


_NONE: Final = Counts()


def describe_source(
    uuid: str,
    status: str,
    counts: Counts = _NONE,
    *,
    started_at: int | None = None,
    completed_at: int | None = None,
    error: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Return the JSON of an entry."""
    return {
        "data_source_uuid": uuid,
        "status": f"{_PREFIX}{status}",
        **format_timestamps(started_at=started_at, completed_at=completed_at),
        **error,
        **counts.describe(),
    }


def summarize(sources: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """Return what the JSON of a job says of the entries together."""
    # A rule of thumb for English text: four bytes per token.
    tokens = sum(int(it["total_bytes_indexed"]) // 4 for it in sources)
    return {
        "data_source_jobs": sources,
        "completed_datasources": sum(it["status"] in _COMPLETE for it in sources),
        "tokens": tokens,
        "total_tokens": str(tokens),
    }


def has_report(sources: Sequence[Mapping[str, str]]) -> bool:
    """Return whether a job with these entries has a report once it has ended."""
    return any(it["status"] in _REPORTED for it in sources)
