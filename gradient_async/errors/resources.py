"""Errors about jobs, databases, names, uploads and lists."""

from __future__ import annotations

import attrs

# The package, not the class: a model is imported when an error needs it.
from gradient_async import models
from gradient_async.errors.base import GradientError
from gradient_async.errors.calls import DeadlineExceededError


def _no_job() -> models.IndexingJob:
    """Return an empty job, so that an error can be created from a message alone."""
    return models.IndexingJob()


def _no_base() -> models.KnowledgeBase:
    """Return an empty knowledge base, for the same reason."""
    return models.KnowledgeBase()


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class IndexingJobTimeoutError(DeadlineExceededError):
    """Awaited indexing jobs did not end within the `timeout`."""

    _hint = "`jobs` has their latest state; wait again, or longer, for those running"

    jobs: tuple[models.IndexingJob, ...] = attrs.field(default=(), kw_only=True)
    """Latest known state of each job, ended or not; jobs never seen are missing."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class IndexingJobFailedError(GradientError):
    """An awaited indexing job failed or was cancelled."""

    _hint = "See `job.failed_sources` for reasons; `check=False` returns such jobs"

    job: models.IndexingJob = attrs.field(factory=_no_job, kw_only=True)
    """The job; of several, the first in the order given."""
    jobs: tuple[models.IndexingJob, ...] = attrs.field(default=(), kw_only=True)
    """All awaited jobs, failed or not, in the order given."""

    def __attrs_post_init__(self) -> None:
        """Count a single job among the awaited ones."""
        super().__attrs_post_init__()
        self.jobs = self.jobs or (self.job,)


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class IndexingJobRunningError(GradientError):
    """A job of this knowledge base is pending or running, so none was started."""

    _hint = "Wait for it, or cancel it"
    http_status = 409

    job: models.IndexingJob = attrs.field(factory=_no_job, kw_only=True)
    """The job that is pending or running."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class DatabaseTimeoutError(DeadlineExceededError):
    """The database of a knowledge base was not ready within the `timeout`."""

    _hint = "A new database takes 3 to 10 minutes; wait again, or longer"

    knowledge_base: models.KnowledgeBase = attrs.field(factory=_no_base, kw_only=True)
    """The knowledge base as last seen; with its id alone if it never was."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class DatabaseFailedError(GradientError):
    """The database of a knowledge base is decommissioned or unhealthy."""

    _hint = "Check the database in DigitalOcean's control panel"

    knowledge_base: models.KnowledgeBase = attrs.field(factory=_no_base, kw_only=True)
    """The knowledge base, with its `database_status`."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class UnknownNameError(GradientError, LookupError):
    """The account has nothing of this name or id."""

    _hint = "Check the spelling, which must match exactly, and the account"
    http_status = 404

    name: str = attrs.field(default="", kw_only=True)
    """The name or id."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class AmbiguousNameError(GradientError, LookupError):
    """Several things of the account have this name."""

    _hint = "Use one of their ids, `uuids`"
    http_status = 409

    name: str = attrs.field(default="", kw_only=True)
    """The name."""
    uuids: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    """The ids of all that have it, in the order of the list."""


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class UploadError(GradientError):
    """A file was not uploaded completely."""

    _hint = "Upload it again, from the start"

    sent_bytes: int = attrs.field(default=0, kw_only=True)
    """Bytes handed to the network; the host has at most that many."""
    total_bytes: int = attrs.field(default=0, kw_only=True)
    """Size of the file, in bytes."""
    status: int | None = attrs.field(default=None, kw_only=True)
    """HTTP status with which the host rejected the file; None if it did not."""

    def _describe(self) -> str:
        progress = f"{self.sent_bytes:,} of {self.total_bytes:,} bytes"
        return f"{self.message}, after {progress}"


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class PaginationError(GradientError):
    """The pages contradict each other, so the list cannot be read completely."""

    _hint = "Try again; if it persists, the server, or something before it, is at fault"

    page: int = attrs.field(default=0, kw_only=True)
    """Number of the page that revealed it, counted from 1."""
