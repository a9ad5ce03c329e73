"""Indexing jobs as they are served: their JSON at one time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Self, cast

import attrs

from gradient_async.emulator.core.timestamps import format_timestamps
from gradient_async.emulator.domain.jobs.sources import IndexedSource

UNFINISHED: Final = frozenset({"PENDING", "RUNNING"})
"""The phases of jobs that have not ended."""

_PHASE: Final = "BATCH_JOB_PHASE_"
_STATUS: Final = "INDEX_JOB_STATUS_"
_encode: Final = json.JSONEncoder(separators=(",", ":")).encode
_REPORT_COLUMNS: Final = (
    "data_source_uuid",
    "status",
    "started_at",
    "completed_at",
    "total_file_count",
    "indexed_file_count",
    "failed_item_count",
    "skipped_item_count",
    "total_bytes",
    "total_bytes_indexed",
    "error_msg",
    "error_details",
)


@attrs.frozen
class Job:
    """The state of an indexing job at one time, as JSON."""

    fields: Mapping[str, object]
    """The members of its JSON object."""

    @classmethod
    def build(
        cls,
        *,
        uuid: str,
        knowledge_base_uuid: str,
        phase: str,
        status: str,
        created_at: int,
        started_at: int | None,
        finished_at: int | None,
        updated_at: int,
        source_uuids: Sequence[str],
        sources: Sequence[IndexedSource],
    ) -> Self:
        """Create a job from its state; times are nanoseconds since the epoch."""
        tokens = sum(source.tokens for source in sources)
        has_report = any(source.is_reported for source in sources)
        return cls(
            {
                "uuid": uuid,
                "knowledge_base_uuid": knowledge_base_uuid,
                "phase": f"{_PHASE}{phase}",
                "status": f"{_STATUS}{status}",
                **format_timestamps(
                    created_at=created_at,
                    started_at=started_at,
                    finished_at=finished_at,
                    updated_at=updated_at,
                ),
                "data_source_uuids": list(source_uuids),
                "data_source_jobs": [source.fields for source in sources],
                "total_datasources": len(source_uuids),
                "completed_datasources": sum(it.is_complete for it in sources),
                "tokens": tokens,
                "total_tokens": str(tokens),
                "is_report_available": phase not in UNFINISHED and has_report,
            }
        )

    @cached_property
    def text(self) -> bytes:
        """Its JSON, encoded at the first use."""
        # Not earlier: most jobs are never served, only counted or filtered.
        return _encode(self.fields).encode()

    @property
    def uuid(self) -> str:
        """Its id."""
        return str(self.fields["uuid"])

    @property
    def knowledge_base_uuid(self) -> str:
        """The knowledge base that it indexes."""
        return str(self.fields["knowledge_base_uuid"])

    @property
    def is_unfinished(self) -> bool:
        """Whether it has not ended yet."""
        return str(self.fields["phase"]).removeprefix(_PHASE) in UNFINISHED

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.fields["phase"] == f"{_PHASE}CANCELLED"

    @property
    def sources(self) -> Sequence[Mapping[str, object]]:
        """The JSON of its data sources that have had their turn."""
        return cast(Sequence[Mapping[str, object]], self.fields["data_source_jobs"])

    @property
    def source_uuids(self) -> Sequence[str]:
        """The ids of all its data sources."""
        return cast(Sequence[str], self.fields["data_source_uuids"])

    def report(self) -> str:
        """Return the report on the job: a CSV table of its data sources."""
        text = io.StringIO()
        writer = csv.DictWriter(text, _REPORT_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(self.sources)
        return text.getvalue()
