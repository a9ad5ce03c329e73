"""Find out what changed in the list of indexing jobs since a checkpoint."""

from gradient_async.changes.changes import Changes
from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.events import JobEvent, JobEventKind, JobState
from gradient_async.changes.feed import Feed, FeedOptions
from gradient_async.changes.feed_events import (
    AccountEvent,
    AccountEventKind,
    FeedEvent,
    Lagged,
)
from gradient_async.changes.feed_listener import FeedListener
from gradient_async.changes.snapshot import Snapshot
from gradient_async.changes.source import ChangeSource
from gradient_async.changes.sse import SSE_HEADERS, format_sse

__all__ = [
    "SSE_HEADERS",
    "AccountEvent",
    "AccountEventKind",
    "ChangeSource",
    "Changes",
    "Checkpoint",
    "Feed",
    "FeedEvent",
    "FeedListener",
    "FeedOptions",
    "JobEvent",
    "JobEventKind",
    "JobState",
    "Lagged",
    "Snapshot",
    "format_sse",
]
