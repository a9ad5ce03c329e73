"""Poll indexing jobs until they finish."""

from gradient_async.waiting.source import TIMEOUT, JobSource
from gradient_async.waiting.streams import CompletedJobs, JobWatch, wait_all

__all__ = ["TIMEOUT", "CompletedJobs", "JobSource", "JobWatch", "wait_all"]
