"""Events as server-sent events; html.spec.whatwg.org, "Server-sent events"."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gradient_async.changes.events import JobEvent
from gradient_async.changes.feed_events import FeedEvent

SSE_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-cache",
        "X-Accel-Buffering": "no",
    }
)
"""Headers of a response with server-sent events; the last one is for nginx."""


def format_sse(event: FeedEvent | None) -> str:
    """
    Return an event as a server-sent event, for a response with `SSE_HEADERS`.

    Its name is the event's `kind`, its data the event's JSON, and the id of a job's
    event is its `key`. None, a heartbeat, becomes a comment, which browsers ignore.
    """
    if event is None:
        return ": heartbeat\n\n"
    # A key may contain the name of an account, but no line break.
    key = f"id: {event.key}\n" if isinstance(event, JobEvent) else ""
    return f"{key}event: {event.kind}\ndata: {event.to_json()}\n\n"
