"""Every operation that is served: its method, its path, and what answers it."""

from __future__ import annotations

from typing import Final

import attrs
from aiohttp.typedefs import Handler

from gradient_async.emulator.http.handlers import (
    catalogue,
    data_sources,
    indexing_jobs,
    knowledge_bases,
    scheduled_indexing,
)

_JOBS: Final = "/v2/gen-ai/indexing_jobs"
_BASES: Final = "/v2/gen-ai/knowledge_bases"
_SOURCES: Final = f"{_BASES}/{{knowledge_base_uuid}}/data_sources"
_SCHEDULES: Final = "/v2/gen-ai/scheduled-indexing"


@attrs.frozen
class Route:
    """One operation of the API's description."""

    method: str
    path: str
    """The path, with the names of its ids in braces."""
    operation_id: str
    handler: Handler = attrs.field(repr=False)
    is_paged: bool = False
    """Whether it takes `page` and `per_page`."""


ROUTES: Final = (
    Route(
        "GET",
        _JOBS,
        "genai_list_indexing_jobs",
        indexing_jobs.list_jobs,
        is_paged=True,
    ),
    Route("POST", _JOBS, "genai_create_indexing_job", indexing_jobs.create_job),
    Route("GET", f"{_JOBS}/{{uuid}}", "genai_get_indexing_job", indexing_jobs.get_job),
    Route(
        "PUT",
        f"{_JOBS}/{{uuid}}/cancel",
        "genai_cancel_indexing_job",
        indexing_jobs.cancel_job,
    ),
    Route(
        "GET",
        f"{_JOBS}/{{indexing_job_uuid}}/data_sources",
        "genai_list_indexing_job_data_sources",
        indexing_jobs.list_indexed_sources,
    ),
    Route(
        "GET",
        f"{_JOBS}/{{indexing_job_uuid}}/details_signed_url",
        "genai_get_indexing_job_details_signed_url",
        indexing_jobs.get_signed_url,
    ),
    Route(
        "GET",
        _BASES,
        "genai_list_knowledge_bases",
        knowledge_bases.list_bases,
        is_paged=True,
    ),
    Route("POST", _BASES, "genai_create_knowledge_base", knowledge_bases.create_base),
    Route(
        "GET",
        f"{_BASES}/{{uuid}}",
        "genai_get_knowledge_base",
        knowledge_bases.get_base,
    ),
    Route(
        "PUT",
        f"{_BASES}/{{uuid}}",
        "genai_update_knowledge_base",
        knowledge_bases.update_base,
    ),
    Route(
        "DELETE",
        f"{_BASES}/{{uuid}}",
        "genai_delete_knowledge_base",
        knowledge_bases.delete_base,
    ),
    Route(
        "GET",
        f"{_BASES}/{{knowledge_base_uuid}}/indexing_jobs",
        "genai_list_indexing_jobs_by_knowledge_base",
        indexing_jobs.list_jobs_of_base,
    ),
    Route(
        "POST",
        f"{_BASES}/data_sources/file_upload_presigned_urls",
        "genai_create_data_source_file_upload_presigned_urls",
        data_sources.create_presigned_urls,
    ),
    Route(
        "GET",
        _SOURCES,
        "genai_list_knowledge_base_data_sources",
        data_sources.list_sources,
        is_paged=True,
    ),
    Route(
        "POST",
        _SOURCES,
        "genai_create_knowledge_base_data_source",
        data_sources.create_source,
    ),
    Route(
        "PUT",
        f"{_SOURCES}/{{data_source_uuid}}",
        "genai_update_knowledge_base_data_source",
        data_sources.update_source,
    ),
    Route(
        "DELETE",
        f"{_SOURCES}/{{data_source_uuid}}",
        "genai_delete_knowledge_base_data_source",
        data_sources.delete_source,
    ),
    Route(
        "POST",
        _SCHEDULES,
        "genai_create_scheduled_indexing",
        scheduled_indexing.create_schedule,
    ),
    Route(
        "GET",
        f"{_SCHEDULES}/knowledge-base/{{knowledge_base_uuid}}",
        "genai_get_scheduled_indexing",
        scheduled_indexing.get_schedule,
    ),
    Route(
        "DELETE",
        f"{_SCHEDULES}/{{uuid}}",
        "genai_delete_scheduled_indexing",
        scheduled_indexing.delete_schedule,
    ),
    Route(
        "GET",
        "/v2/gen-ai/regions",
        "genai_list_datacenter_regions",
        catalogue.get_regions,
    ),
    Route(
        "GET",
        "/v2/gen-ai/models",
        "genai_list_models",
        catalogue.get_models,
        is_paged=True,
    ),
)
"""All operations; the paths are those of the API's description."""

PAGED: Final = frozenset(route.path for route in ROUTES if route.is_paged)
"""The paths whose GET gives a list in pages."""
