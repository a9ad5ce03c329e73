"""All served operations: their methods, paths and handlers."""

from __future__ import annotations

from typing import Final

import attrs
from aiohttp.typedefs import Handler

from gradient_async.emulator.domain.collection import Collection
from gradient_async.emulator.domain.model_routers import (
    MODEL_ROUTERS,
    PRESETS,
    TASK_PRESETS,
)
from gradient_async.emulator.handlers import (
    catalogue,
    data_sources,
    indexing_jobs,
    knowledge_bases,
    plain,
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
_MODELS: Final = "/v2/gen-ai/models"
_CATALOG: Final = f"{_MODELS}/catalog"
_ROUTERS: Final = f"{_MODELS}/routers"
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
    name: str = ""
    """Name of the operation; empty if it is that of the handler."""

    @property
    def operation_id(self) -> str:
        """The operation's id in the API's description."""
        return f"genai_{self.name or self.handler.__name__}"


def _serve(path: str, collection: Collection) -> tuple[Route, ...]:
    """Return the operations on a plain collection."""
    key, one = collection.key, f"{path}/{{uuid}}"
    return (
        Route(
            "GET", path, plain.list_of(collection), is_paged=True, name=f"list_{key}s"
        ),
        Route("POST", path, plain.create_in(collection), name=f"create_{key}"),
        Route("GET", one, plain.get_from(collection), name=f"get_{key}"),
        Route("PUT", one, plain.update_in(collection), name=f"update_{key}"),
        Route("DELETE", one, plain.delete_from(collection), name=f"delete_{key}"),
    )


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
    Route("GET", _MODELS, catalogue.list_models, is_paged=True),
    Route("GET", _CATALOG, catalogue.list_model_catalog, is_paged=True),
    Route("GET", f"{_CATALOG}/{{id}}", catalogue.get_model_catalog_card),
    Route(
        "GET",
        f"{_ROUTERS}/presets",
        plain.list_fixed("presets", PRESETS),
        is_paged=True,
        name="list_model_router_presets",
    ),
    Route(
        "GET",
        f"{_ROUTERS}/tasks/presets",
        plain.list_fixed("tasks", TASK_PRESETS),
        is_paged=True,
        name="list_model_router_task_presets",
    ),
    *_serve(_ROUTERS, MODEL_ROUTERS),
)
"""All operations; the paths are those of the API's description."""

PAGED_PATHS: Final = frozenset(route.path for route in ROUTES if route.is_paged)
"""The paths whose GET returns a list in pages."""
