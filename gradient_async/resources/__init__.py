"""What you can ask the API: one module per area."""

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

__all__ = [
    "DataSources",
    "IndexingJobs",
    "KnowledgeBases",
    "ModelCatalog",
    "ModelRouters",
    "Models",
    "Regions",
    "Resource",
    "ScheduledIndexings",
    "paginate_json",
]

if TYPE_CHECKING:
    from gradient_async.resources.data_sources import DataSources
    from gradient_async.resources.indexing_jobs import IndexingJobs
    from gradient_async.resources.json_pages import paginate_json
    from gradient_async.resources.knowledge_bases import KnowledgeBases
    from gradient_async.resources.model_catalog import ModelCatalog
    from gradient_async.resources.model_routers import ModelRouters
    from gradient_async.resources.models import Models
    from gradient_async.resources.regions import Regions
    from gradient_async.resources.resource import Resource
    from gradient_async.resources.scheduled_indexing import ScheduledIndexings
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            f"{__name__}.data_sources": "DataSources",
            f"{__name__}.indexing_jobs": "IndexingJobs",
            f"{__name__}.json_pages": "paginate_json",
            f"{__name__}.knowledge_bases": "KnowledgeBases",
            f"{__name__}.model_catalog": "ModelCatalog",
            f"{__name__}.model_routers": "ModelRouters",
            f"{__name__}.models": "Models",
            f"{__name__}.regions": "Regions",
            f"{__name__}.resource": "Resource",
            f"{__name__}.scheduled_indexing": "ScheduledIndexings",
        },
    )
