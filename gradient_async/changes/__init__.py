"""Find out what changed in the list of indexing jobs since a checkpoint."""

from gradient_async.changes.changes import Changes
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent, JobEventKind, JobState
from gradient_async.changes.snapshot import Snapshot
from gradient_async.changes.source import ChangeSource

__all__ = [
    "ChangeSource",
    "Changes",
    "Checkpoint",
    "JobEvent",
    "JobEventKind",
    "JobState",
    "Snapshot",
]
