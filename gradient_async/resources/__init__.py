"""The resources of the API: one module per resource."""

from gradient_async.resources.data_sources import DataSources
from gradient_async.resources.indexing_jobs import IndexingJobs
from gradient_async.resources.knowledge_bases import KnowledgeBases
from gradient_async.resources.models import Models
from gradient_async.resources.regions import Regions
from gradient_async.resources.resource import Resource
from gradient_async.resources.scheduled_indexing import ScheduledIndexings

__all__ = [
    "DataSources",
    "IndexingJobs",
    "KnowledgeBases",
    "Models",
    "Regions",
    "Resource",
    "ScheduledIndexings",
]
