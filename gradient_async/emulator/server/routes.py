"""All served operations: their methods, paths and handlers."""

from __future__ import annotations

from typing import Final

import attrs
from aiohttp.typedefs import Handler

from gradient_async.emulator.handlers import (
    catalogue,
    data_sources,
    indexing_jobs,
    knowledge_bases,
)

_JOBS: Final = "/v2/gen-ai/indexing_jobs"
_JOB: Final = f"{_JOBS}/{{uuid}}"
_JOB_SOURCES: Final = f"{_JOBS}/{{indexing_job_uuid}}/data_sources"
_JOB_REPORT: Final = f"{_JOBS}/{{indexing_job_uuid}}/details_signed_url"
_BASES: Final = "/v2/gen-ai/knowledge_bases"
_BASE: Final = f"{_BASES}/{{uuid}}"
_BASE_JOBS: Final = f"{_BASES}/{{knowledge_base_uuid}}/indexing_jobs"
_SOURCES: Final = f"{_BASES}/{{knowledge_base_uuid}}/data_sources"
_SOURCE: Final = f"{_SOURCES}/{{data_source_uuid}}"
_UPLOADS: Final = f"{_BASES}/data_sources/file_upload_presigned_urls"
# The description spells this path with a hyphen, and all others with underscores.
_SCHEDULES: Final = "/v2/gen-ai/scheduled-indexing"
_SCHEDULE: Final = f"{_SCHEDULES}/{{uuid}}"
_BASE_SCHEDULE: Final = f"{_SCHEDULES}/knowledge-base/{{knowledge_base_uuid}}"


@attrs.frozen
class Route:
    """One operation of the API's description."""

    method: str
    path: str
    """The path, with the names of its ids in braces."""
    handler: Handler = attrs.field(repr=False)
    """The handler, which is named after the operation."""
    is_paged: bool = False
    """Whether it takes `page` and `per_page`."""

    @property
    def operation_id(self) -> str:
        """The operation's id in the API's description."""
        return f"genai_{self.handler.__name__}"


ROUTES: Final = (
    Route("GET", _JOBS, indexing_jobs.list_indexing_jobs, is_paged=True),
    Route("POST", _JOBS, indexing_jobs.create_indexing_job),
    Route("GET", _JOB, indexing_jobs.get_indexing_job),
    Route("PUT", f"{_JOB}/cancel", indexing_jobs.cancel_indexing_job),
    Route("GET", _JOB_SOURCES, indexing_jobs.list_indexing_job_data_sources),
    Route("GET", _JOB_REPORT, indexing_jobs.get_indexing_job_details_signed_url),
    Route("GET", _BASES, knowledge_bases.list_knowledge_bases, is_paged=True),
    Route("POST", _BASES, knowledge_bases.create_knowledge_base),
    Route("GET", _BASE, knowledge_bases.get_knowledge_base),
    Route("PUT", _BASE, knowledge_bases.update_knowledge_base),
    Route("DELETE", _BASE, knowledge_bases.delete_knowledge_base),
    Route("GET", _BASE_JOBS, indexing_jobs.list_indexing_jobs_by_knowledge_base),
    Route("POST", _UPLOADS, data_sources.create_data_source_file_upload_presigned_urls),
    Route(
        "GET", _SOURCES, data_sources.list_knowledge_base_data_sources, is_paged=True
    ),
    Route("POST", _SOURCES, data_sources.create_knowledge_base_data_source),
    Route("PUT", _SOURCE, data_sources.update_knowledge_base_data_source),
    Route("DELETE", _SOURCE, data_sources.delete_knowledge_base_data_source),
    Route("POST", _SCHEDULES, knowledge_bases.create_scheduled_indexing),
    Route("GET", _BASE_SCHEDULE, knowledge_bases.get_scheduled_indexing),
    Route("DELETE", _SCHEDULE, knowledge_bases.delete_scheduled_indexing),
    Route("GET", "/v2/gen-ai/regions", catalogue.list_datacenter_regions),
    Route("GET", "/v2/gen-ai/models", catalogue.list_models, is_paged=True),
)
"""All operations; the paths are those of the API's description."""

PAGED_PATHS: Final = frozenset(route.path for route in ROUTES if route.is_paged)
"""The paths whose GET returns a list in pages."""
