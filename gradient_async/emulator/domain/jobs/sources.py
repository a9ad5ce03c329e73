"""Data sources as indexing jobs report on them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final, Self

import attrs

from gradient_async.emulator.core.timestamps import SECOND, format_timestamp

_PREFIX: Final = "DATA_SOURCE_STATUS_"
# The shares of the files that failed, were skipped, and were not read, by status; the
# other files were indexed.
_SHARES: Final = {
    "UPDATED": (0.0, 0.04, 0.0),
    "NOT_UPDATED": (0.0, 1.0, 0.0),
    "PARTIALLY_UPDATED": (0.2, 0.1, 0.0),
    "FAILED": (1.0, 0.0, 0.0),
    "CANCELLED": (0.0, 0.0, 0.7),
    "IN_PROGRESS": (0.0, 0.0, 0.5),
}
_COMPLETE: Final = {"UPDATED", "NOT_UPDATED", "PARTIALLY_UPDATED"}
_WITH_ERRORS: Final = {"FAILED", "PARTIALLY_UPDATED"}
# What was skipped or cancelled leaves nothing to report on.
_REPORTED: Final = {
    f"{_PREFIX}{name}" for name in ("UPDATED", "PARTIALLY_UPDATED", "FAILED")
}
_ERRORS: Final = (
    ("source_access_denied", "The bucket refused access with the stored key."),
    ("source_not_found", "The start page of the crawl responded with status 404."),
    ("document_parsing_failed", "A PDF file could not be opened: it is encrypted."),
    ("embedding_failed", "The embedding model did not respond within 120 seconds."),
    ("index_write_failed", "The OpenSearch cluster is out of disk space."),
)


@attrs.frozen(kw_only=True)
class Counts:
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
        counts = attrs.asdict(self) | {"indexed_item_count": self.indexed_file_count}
        return {name: str(count) for name, count in counts.items()}


@attrs.frozen(kw_only=True)
class IndexedSource:
    """A data source's entry in a job."""

    fields: dict[str, object]
    """The members of its JSON object."""
    is_complete: bool
    """Whether it was indexed, at least in part."""
    updated_at: int
    """When its state last changed, in nanoseconds since the epoch."""
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
            updated_at=updated_at,
            # A rule of thumb for English text: four bytes per token.
            tokens=counts.total_bytes_indexed // 4,
        )

    @classmethod
    def not_started(cls, uuid: str, at: int) -> Self:
        """Create the entry of a data source whose job was cancelled before its turn."""
        return cls.build(
            uuid, "CANCELLED", Counts(), started_at=None, updated_at=at, error={}
        )


def generate_source(
    rng: random.Random, uuid: str, status: str, started_at: int, precision: int
) -> IndexedSource:
    """Generate an entry of 10 seconds to 3 minutes, with times of some precision."""
    counts = _generate_counts(rng, status)
    updated_at, error = started_at, {}
    if status != "IN_PROGRESS":
        updated_at += rng.randrange(10 * SECOND, 180 * SECOND, precision)
    if status in _WITH_ERRORS:
        code, details = rng.choice(_ERRORS)
        error = {"error_msg": code, "error_details": details}
    return IndexedSource.build(
        uuid, status, counts, started_at=started_at, updated_at=updated_at, error=error
    )


def is_reported(fields: Mapping[str, object]) -> bool:
    """Whether a job with this entry has a report."""
    return fields["status"] in _REPORTED


def _generate_counts(rng: random.Random, status: str) -> Counts:
    files = rng.randrange(10, 400)
    size = rng.randrange(2_000, 90_000)
    failed, skipped, unread = (int(files * share) for share in _SHARES[status])
    indexed = files - failed - skipped - unread
    return Counts(
        total_file_count=files,
        indexed_file_count=indexed,
        failed_item_count=failed,
        skipped_item_count=skipped,
        removed_item_count=rng.randrange(5) if indexed else 0,
        total_bytes=files * size,
        total_bytes_indexed=indexed * size,
    )
