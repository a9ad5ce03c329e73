"""Events as server-sent events; html.spec.whatwg.org, "Server-sent events"."""

from __future__ import annotations

from gradient_async.changes.events import JobEvent
from gradient_async.changes.feed_events import FeedEvent


def format_sse(event: FeedEvent | None) -> str:
    """
    Return an event as a server-sent event, for a response of type `text/event-stream`.

    Its name is the event's `kind`, its data the event's JSON, and the id of a job's
    event is its `key`. None, a heartbeat, becomes a comment, which browsers ignore.
    """
    if event is None:
        return ": heartbeat\n\n"
    # A key may contain the name of an account, but no line break.
    key = f"id: {event.key}\n" if isinstance(event, JobEvent) else ""
    return f"{key}event: {event.kind}\ndata: {event.to_json()}\n\n"
