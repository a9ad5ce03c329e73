"""Events as plain values."""

from __future__ import annotations

import json
from typing import Final

import attrs
import pytest
from pydantic import TypeAdapter

from gradient_async import (
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    JobEvent,
    JobEventKind,
    JobState,
)
from tests.changes.job_list import ENDS

JOB: Final = IndexingJob(
    uuid="job-1",
    phase=IndexingJobPhase.RUNNING,
    status=IndexingJobStatus.IN_PROGRESS,
    completed_datasources=1,
)
DONE: Final = attrs.evolve(JOB, **ENDS[0])
APPEARED, CHANGED, ENDED, RUNNING = JobEventKind


@pytest.mark.parametrize(
    ("has_ended", "was_deleted", "kind", "job"),
    [
        (False, False, APPEARED, JOB),
        (True, False, APPEARED, DONE),
        (False, False, CHANGED, JOB),
        (True, False, ENDED, DONE),
        (True, True, ENDED, JOB),
        (False, False, RUNNING, JOB),
    ],
)
def test_ends(
    has_ended: bool, was_deleted: bool, kind: JobEventKind, job: IndexingJob
) -> None:
    """A job has ended with its last event, be that its first one too."""
    event = JobEvent(kind=kind, job=job)

    assert (has_ended, was_deleted) == (event.has_ended, event.was_deleted)


def test_keys() -> None:
    """The key names account, job and state, not how the state was found out."""
    other = attrs.evolve(JOB, completed_datasources=2)
    events = [
        JobEvent(kind=APPEARED, job=JOB),
        JobEvent(kind=CHANGED, job=JOB, previous=JobState()),
        JobEvent(kind=ENDED, job=JOB, previous=JobState.of(JOB)),
        JobEvent(kind=CHANGED, job=other, previous=JobState.of(JOB)),
        JobEvent(account="acme", kind=APPEARED, job=JOB),
    ]
    keys = [event.key for event in events]
    state = "BATCH_JOB_PHASE_RUNNING/INDEX_JOB_STATUS_IN_PROGRESS"

    assert f"/job-1/{state}/1" == keys[0] == keys[1]
    assert f"/job-1/{state}/deleted" == keys[2]
    assert f"acme/job-1/{state}/1" == keys[4]
    assert 4 == len(set(keys))


def test_json() -> None:
    """An event is plain JSON, as models are."""
    event = JobEvent(kind=ENDED, job=DONE, previous=JobState.of(JOB))
    content = json.loads(event.to_json())

    assert content == event.to_dict()
    assert {
        "account": "",
        "kind": "ended",
        "job": DONE.to_dict(),
        "previous": {
            "phase": "running",
            "status": "in_progress",
            "completed_datasources": 1,
        },
        "key": event.key,
        "has_ended": True,
        "was_deleted": False,
    } == content
    assert str is type(event.to_dict()["kind"])


def test_pydantic() -> None:
    """FastAPI can return events; their schema names every member."""
    adapter = TypeAdapter(JobEvent)
    event = JobEvent(kind=APPEARED, job=JOB)

    assert event.to_dict() == adapter.dump_python(event)
    schema = adapter.json_schema(mode="serialization")
    assert list(event.to_dict()) == schema["required"]
