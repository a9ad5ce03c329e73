"""What the API says, as attrs classes; one module per resource."""

from gradient_async.models.indexing_jobs import (
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.models.open_enum import OpenEnum

__all__ = [
    "IndexedDataSource",
    "IndexedDataSourceStatus",
    "IndexingJob",
    "IndexingJobPhase",
    "IndexingJobStatus",
    "OpenEnum",
]
