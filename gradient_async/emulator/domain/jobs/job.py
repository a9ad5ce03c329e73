"""Indexing jobs as they are served: their JSON at one time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, cast

import attrs

UNFINISHED: Final = frozenset({"PENDING", "RUNNING"})
"""The phases of jobs that have not ended."""

PHASE: Final = "BATCH_JOB_PHASE_"
"""What all phases begin with."""

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
        return str(self.fields["phase"]).removeprefix(PHASE) in UNFINISHED

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.fields["phase"] == f"{PHASE}CANCELLED"

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
