"""What you can ask the API: one module per area."""

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

if TYPE_CHECKING:
    from gradient_async.resources.data_sources import *
    from gradient_async.resources.indexing_jobs import *
    from gradient_async.resources.knowledge_bases import *
    from gradient_async.resources.models import *
    from gradient_async.resources.regions import *
    from gradient_async.resources.resource import *
    from gradient_async.resources.scheduled_indexing import *
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            f"{__name__}.data_sources": "DataSources",
            f"{__name__}.indexing_jobs": "IndexingJobs",
            f"{__name__}.knowledge_bases": "KnowledgeBases",
            f"{__name__}.models": "Models",
            f"{__name__}.regions": "Regions",
            f"{__name__}.resource": "Resource",
            f"{__name__}.scheduled_indexing": "ScheduledIndexings",
        },
    )
