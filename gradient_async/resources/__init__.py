"""What you can ask the API: one module per resource."""

from gradient_async.resources.indexing_jobs import IndexingJobs

__all__ = ["IndexingJobs"]
