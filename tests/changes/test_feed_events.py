"""Events of feeds as JSON, and as server-sent events."""

from __future__ import annotations

import json

import pytest

from gradient_async import (
    AccountEvent,
    AccountEventKind,
    IndexingJob,
    IndexingJobPhase,
    JobEvent,
    JobEventKind,
    Lagged,
    format_sse,
)
from gradient_async.changes import FeedEvent
from gradient_async.errors import AuthenticationError

REFUSED = AuthenticationError("unable to authenticate", status=401, account="é")


@pytest.mark.parametrize(
    ("content", "event"),
    [
        (
            {"account": "a", "kind": "recovered", "error": None},
            AccountEvent(account="a", kind=AccountEventKind.RECOVERED),
        ),
        (
            {"account": "", "kind": "removed", "error": None},
            AccountEvent(kind=AccountEventKind.REMOVED),
        ),
        (
            {"account": "é", "kind": "trouble", "error": REFUSED.to_dict()},
            AccountEvent(account="é", kind=AccountEventKind.TROUBLE, error=REFUSED),
        ),
        (
            {"kind": "lagged", "count": 3, "uuids": ["job-1", "job-2"]},
            Lagged(count=3, uuids=("job-1", "job-2")),
        ),
    ],
)
def test_json(content: dict[str, object], event: FeedEvent) -> None:
    """An event is plain JSON on one line."""
    assert content == event.to_dict() == json.loads(event.to_json())
    assert type(event.to_dict()["kind"]) is str
    assert "\n" not in event.to_json()
    assert ('"é"' in event.to_json()) == ("é" in content.values())


def test_keys_are_lines() -> None:
    """A key is one line, as the id of a server-sent event has to be."""
    job = IndexingJob(uuid="a\nb", phase=IndexingJobPhase("NEW\r\nWORD"))
    key = JobEvent(account="c\x00d", kind=JobEventKind.APPEARED, job=job).key

    assert key.isprintable()
    assert key.startswith("c d/a b/NEW  WORD/")


def test_server_sent_events() -> None:
    """An event has its kind as its name and, if it is a job's, its key as its id."""
    job = IndexingJob(uuid="job-1", phase=IndexingJobPhase.RUNNING)
    event = JobEvent(account="a", kind=JobEventKind.APPEARED, job=job)
    recovered = AccountEvent(account="a", kind=AccountEventKind.RECOVERED)

    expected = f"id: {event.key}\nevent: appeared\ndata: {event.to_json()}\n\n"
    assert expected == format_sse(event)
    assert f"event: recovered\ndata: {recovered.to_json()}\n\n" == format_sse(recovered)
    assert ": heartbeat\n\n" == format_sse(None)
