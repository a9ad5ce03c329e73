"""Pages of 200 indexing jobs, two data sources each, as the API writes them."""

from __future__ import annotations

import json
import random
import re
import uuid
from typing import Final

PER_PAGE: Final = 200

_STARTED: Final = "2026-11-01T10:00:00.123456789Z"
_ENDED: Final = "2026-11-01T10:05:00.987654321Z"
_JOB_UUID: Final = re.compile(r'"uuid":"[0-9a-f]{8}')


class JobPages:
    """A list of jobs, rendered page by page from a few pages made in advance."""

    def __init__(self, total: int) -> None:
        rng = random.Random(1)
        self.total = total
        self.pages = -(-total // PER_PAGE)
        self._lists = [
            _render([_make_job(rng) for _ in range(PER_PAGE)]) for _ in range(4)
        ]

    def render(self, number: int) -> bytes:
        """Render a page as a response's body; no uuid is on two pages."""
        jobs = self._lists[number % len(self._lists)]
        jobs = _JOB_UUID.sub(f'"uuid":"{number:08x}', jobs)
        meta = _render({"page": number, "pages": self.pages, "total": self.total})
        links = _render({"pages": {"next": "next"} if number < self.pages else {}})
        return f'{{"jobs":{jobs},"links":{links},"meta":{meta}}}'.encode()


def render_job() -> bytes:
    """Render the response to a request for one job."""
    return _render({"job": _make_job(random.Random(1))}).encode()


def _make_job(rng: random.Random) -> dict[str, object]:
    sources = [_make_source(rng) for _ in range(2)]
    return {
        "uuid": _make_uuid(rng),
        "knowledge_base_uuid": _make_uuid(rng),
        "phase": "BATCH_JOB_PHASE_SUCCEEDED",
        "status": "INDEX_JOB_STATUS_COMPLETED",
        "created_at": "2026-11-01T09:59:00.5Z",
        "updated_at": _ENDED,
        "started_at": _STARTED,
        "finished_at": _ENDED,
        "completed_datasources": 2,
        "total_datasources": 2,
        "total_tokens": "12345",
        "tokens": 12345,
        "is_report_available": True,
        "data_source_uuids": [source["data_source_uuid"] for source in sources],
        "data_source_jobs": sources,
    }


def _make_source(rng: random.Random) -> dict[str, object]:
    return {
        "data_source_uuid": _make_uuid(rng),
        "status": "DATA_SOURCE_STATUS_UPDATED",
        "started_at": _STARTED,
        "completed_at": _ENDED,
        "total_file_count": "12",
        "indexed_file_count": "12",
        "indexed_item_count": "120",
        "failed_item_count": "0",
        "skipped_item_count": "3",
        "removed_item_count": "0",
        "total_bytes": "123456",
        "total_bytes_indexed": "123456",
    }


def _make_uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _render(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
