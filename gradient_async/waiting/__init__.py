"""Follow indexing jobs until they end."""

from gradient_async.waiting.completed import Completed
from gradient_async.waiting.source import TIMEOUT, JobSource
from gradient_async.waiting.waits import wait, wait_all
from gradient_async.waiting.watch import Watch

__all__ = ["TIMEOUT", "Completed", "JobSource", "Watch", "wait", "wait_all"]
