"""The data sources of made-up jobs: what was read, skipped and paid for."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from gradient_async.emulator.timestamps import SECOND, timestamp

COMPLETE: Final = frozenset({"UPDATED", "NOT_UPDATED", "PARTIALLY_UPDATED"})
"""The statuses of sources that were indexed, with or without losses."""

# The shares of the files that failed, were skipped, and were not looked at, by the
# status of the data source; the rest was indexed.
_SHARES: Final = {
    "UPDATED": (0.0, 0.04, 0.0),
    "NOT_UPDATED": (0.0, 1.0, 0.0),
    "PARTIALLY_UPDATED": (0.2, 0.1, 0.0),
    "FAILED": (1.0, 0.0, 0.0),
    "CANCELLED": (0.0, 0.0, 0.7),
    "IN_PROGRESS": (0.0, 0.0, 0.5),
}
_WITH_ERRORS: Final = {"FAILED", "PARTIALLY_UPDATED"}
_REPORTED: Final = {
    f"DATA_SOURCE_STATUS_{name}" for name in ("UPDATED", "PARTIALLY_UPDATED", "FAILED")
}
_ERRORS: Final = (
    ("source_access_denied", "The bucket refused access with the stored key."),
    ("source_not_found", "The start page of the crawl answered with status 404."),
    ("document_parsing_failed", "A PDF file could not be opened: it is encrypted."),
    ("embedding_failed", "The embedding model did not answer within 120 seconds."),
    ("index_write_failed", "The OpenSearch cluster is out of disk space."),
)


@attrs.frozen(kw_only=True)
class IndexedSource:
    """One data source as a job went through it."""

    fields: dict[str, object]
    """The members of its JSON object."""
    is_complete: bool
    """Whether it was indexed, with or without losses."""
    updated_at: int
    """The last that was heard of it, in nanoseconds since the epoch."""
    tokens: int
    """The tokens that its embeddings cost."""

    def renamed(self, uuid: str) -> IndexedSource:
        """Give the same course for another source."""
        return attrs.evolve(self, fields=self.fields | {"data_source_uuid": uuid})


def index_source(
    chance: random.Random, uuid: str, status: str, started_at: int, grain: int
) -> IndexedSource:
    """
    Make up the course that the indexing of one data source took.

    It lasts ten seconds to three minutes; `grain` is the precision of its times.
    """
    counts = _counts(chance, status)
    fields: dict[str, object] = {
        "data_source_uuid": uuid,
        "status": f"DATA_SOURCE_STATUS_{status}",
        "started_at": timestamp(started_at),
    }
    updated_at = started_at
    if status != "IN_PROGRESS":
        updated_at += chance.randrange(10 * SECOND, 180 * SECOND, grain)
        fields["completed_at"] = timestamp(updated_at)
    if status in _WITH_ERRORS:
        fields["error_msg"], fields["error_details"] = chance.choice(_ERRORS)
    # 64-bit unsigned numbers are strings in protobuf's JSON.
    fields.update((name, str(count)) for name, count in counts.items())
    return IndexedSource(
        fields=fields,
        is_complete=status in COMPLETE,
        updated_at=updated_at,
        tokens=counts["total_bytes_indexed"] // 4,
    )


def has_report(sources: Iterable[IndexedSource]) -> bool:
    """Tell whether there is a report on a job that has gone through these sources."""
    return any(is_reported(source.fields) for source in sources)


def is_reported(fields: Mapping[str, object]) -> bool:
    """Tell from a source's JSON whether something was done, or attempted in vain."""
    return fields["status"] in _REPORTED


def totals(planned: int, sources: Sequence[IndexedSource]) -> dict[str, object]:
    """Sum up the data sources that a job has gone through."""
    tokens = sum(source.tokens for source in sources)
    return {
        "total_datasources": planned,
        "completed_datasources": sum(source.is_complete for source in sources),
        "tokens": tokens,
        "total_tokens": str(tokens),
    }


def _counts(chance: random.Random, status: str) -> dict[str, int]:
    """Make up counts of files and bytes that agree with each other."""
    files = chance.randrange(10, 400)
    size = chance.randrange(2_000, 90_000)
    failed, skipped, unread = (int(files * share) for share in _SHARES[status])
    indexed = files - failed - skipped - unread
    return {
        "total_file_count": files,
        "indexed_file_count": indexed,
        "indexed_item_count": indexed,
        "failed_item_count": failed,
        "skipped_item_count": skipped,
        "removed_item_count": chance.randrange(5) if indexed else 0,
        "total_bytes": files * size,
        "total_bytes_indexed": indexed * size,
    }
