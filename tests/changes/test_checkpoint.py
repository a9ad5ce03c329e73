"""Checkpoints: JSON, files, and what is refused."""

from __future__ import annotations

import json
import os
import pickle
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async import (
    Checkpoint,
    IndexingJobPhase,
    IndexingJobStatus,
    JobState,
)
from gradient_async.errors import ConfigurationError

MARK: Final = Checkpoint(
    account="0123456789abcdef",
    newest_uuid="job-2",
    newest_created_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    count=2,
    unfinished={
        "job-1": JobState(
            phase=IndexingJobPhase.RUNNING,
            status=IndexingJobStatus.IN_PROGRESS,
            completed_datasources=1,
        )
    },
)
CONTENT: Final = {
    "version": 1,
    "account": "0123456789abcdef",
    "newest_uuid": "job-2",
    "newest_created_at": "2026-03-01T12:00:00Z",
    "count": 2,
    "unfinished": {
        "job-1": {
            "phase": "BATCH_JOB_PHASE_RUNNING",
            "status": "INDEX_JOB_STATUS_IN_PROGRESS",
            "completed_datasources": 1,
        }
    },
}
STATE: Final = CONTENT["unfinished"]["job-1"]  # type: ignore[index]


def test_json() -> None:
    """A checkpoint is one line of JSON with a version."""
    text = MARK.to_json()

    assert CONTENT == json.loads(text)
    assert "\n" not in text
    assert MARK == Checkpoint.from_json(text) == Checkpoint.from_json(text.encode())


def test_pickle() -> None:
    """A checkpoint can be pickled."""
    assert MARK == pickle.loads(pickle.dumps(MARK))


def test_states_are_copied() -> None:
    """Later changes of a dict that was passed do not change the checkpoint."""
    states = dict(MARK.unfinished)
    mark = Checkpoint(newest_uuid="job-2", count=2, unfinished=states)
    states.clear()

    assert ["job-1"] == list(mark.unfinished)


TEXTS: Final = st.text(st.characters(codec="utf-8"), min_size=1)


@given(
    st.text("0123456789abcdef", min_size=16, max_size=16),
    TEXTS,
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.integers(1, 2**53),
    st.dictionaries(
        st.uuids().map(str),
        st.builds(
            JobState,
            phase=TEXTS.map(IndexingJobPhase),
            status=TEXTS.map(IndexingJobStatus),
            completed_datasources=st.integers(-(2**63), 2**63 - 1),
        ),
    ),
)
def test_json_round_trip(
    account: str,
    uuid: str,
    created_at: datetime | None,
    count: int,
    unfinished: dict[str, JobState],
) -> None:
    """Every checkpoint survives JSON, unknown enum values included."""
    mark = Checkpoint(
        account=account,
        newest_uuid=uuid,
        newest_created_at=created_at,
        count=count,
        unfinished=unfinished,
    )

    assert mark == Checkpoint.from_json(mark.to_json())


def without(name: str) -> dict[str, object]:
    """Return the content without a key."""
    return {key: value for key, value in CONTENT.items() if key != name}


@pytest.mark.parametrize(
    ("message", "content"),
    [
        *(
            (f"not a checkpoint: Object missing required field `{name}`", without(name))
            for name in CONTENT
        ),
        ("Object contains unknown field `extra`", {**CONTENT, "extra": 1}),
        ("Invalid enum value 2 - at `$.version`", {**CONTENT, "version": 2}),
        ("Expected `int`, got `str` - at `$.version`", {**CONTENT, "version": "1"}),
        ("at `$.account`", {**CONTENT, "account": "0123"}),
        ("at `$.account`", {**CONTENT, "account": "0123456789abcdeF"}),
        ("at `$.account`", {**CONTENT, "account": "0123456789abcdef\n"}),
        ("at `$.account`", {**CONTENT, "account": None}),
        ("at `$.newest_uuid`", {**CONTENT, "newest_uuid": 5}),
        ("at `$.newest_created_at`", {**CONTENT, "newest_created_at": "yesterday"}),
        (
            "at `$.newest_created_at`",
            {**CONTENT, "newest_created_at": "2026-03-01T12:00:00"},
        ),
        ("at `$.count`", {**CONTENT, "count": -1}),
        ("at `$.count`", {**CONTENT, "count": 1.5}),
        ("at `$.count`", {**CONTENT, "count": True}),
        ("at `$.count`", {**CONTENT, "count": 2**53 + 1}),
        ("at `$.count`", {**CONTENT, "count": 10**30}),
        ("has a newest job if, and only if", {**CONTENT, "count": 0}),
        ("has a newest job if, and only if", {**CONTENT, "newest_uuid": None}),
        ("at `$.unfinished`", {**CONTENT, "unfinished": ["job-1"]}),
        ("at `$.unfinished[...]`", {**CONTENT, "unfinished": {"job-1": "running"}}),
        (
            "unknown field `more`",
            {**CONTENT, "unfinished": {"job-1": {**STATE, "more": 1}}},
        ),
        (
            "an id in `unfinished` must not contain slashes",
            {**CONTENT, "unfinished": {"../job": STATE}},
        ),
        (
            "an id in `unfinished` must not be empty",
            {**CONTENT, "unfinished": {"": STATE}},
        ),
        ("Expected `object`, got `array`", []),
    ],
)
def test_refused_content(message: str, content: object) -> None:
    """JSON of another shape, type, range or version is refused."""
    with pytest.raises(ConfigurationError) as caught:
        Checkpoint.from_json(json.dumps(content))

    assert message in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "{", "null", "\ud800", b"\xff", '{"version": NaN}', "[" * 200_000]
)
def test_refused_text(text: str | bytes) -> None:
    """Text that is not JSON is refused."""
    with pytest.raises(ConfigurationError, match="not a checkpoint: "):
        Checkpoint.from_json(text)


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("account must be a string, got int", {"account": 5}),
        ("newest_uuid must be a string or None, got int", {"newest_uuid": 5}),
        (
            "newest_created_at must be a datetime or None, got str",
            {"newest_created_at": "now"},
        ),
        (
            "newest_created_at must be timezone-aware: datetime(..., tzinfo=UTC)",
            {"newest_created_at": datetime(2026, 3, 1)},  # noqa: DTZ001
        ),
        ("count must be an integer from 0 to 9007199254740992, got -1", {"count": -1}),
        (
            "a checkpoint has a newest job if, and only if, its count is not 0",
            {"count": 1},
        ),
        ("unfinished must be a mapping, got list", {"unfinished": ["job-1"]}),
        (
            "a state in `unfinished` must be a JobState, got str",
            {"unfinished": {"job-1": "running"}},
        ),
    ],
)
def test_refused_arguments(message: str, options: dict[str, Any]) -> None:
    """Arguments are checked like JSON."""
    with pytest.raises(ConfigurationError) as caught:
        Checkpoint(**options)

    assert message == caught.value.message


def test_text_of_another_type() -> None:
    """Only text is read as JSON."""
    with pytest.raises(ConfigurationError, match="text must be a string or a bytes"):
        Checkpoint.from_json(CONTENT)  # type: ignore[arg-type]


def test_save_and_load(tmp_path: Path) -> None:
    """A saved checkpoint is loaded again, whatever the kind of path."""
    path = tmp_path / "jobs.json"
    Checkpoint().save(path)
    MARK.save(str(path))

    assert MARK == Checkpoint.load(path) == Checkpoint.load(str(path))
    assert ["jobs.json"] == [it.name for it in tmp_path.iterdir()]


def test_permissions(tmp_path: Path) -> None:
    """Only the owner can read the file, even if others could read the old one."""
    path = tmp_path / "jobs.json"
    path.write_text("{}")
    path.chmod(0o644)
    MARK.save(path)

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_no_file(tmp_path: Path) -> None:
    """Where there is no file, there is no checkpoint."""
    assert Checkpoint.load(tmp_path / "jobs.json") is None


def test_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    """The error for a file of another content names the file."""
    path = tmp_path / "jobs.json"
    path.write_text("{}")

    with pytest.raises(ConfigurationError, match=r"jobs\.json: not a checkpoint"):
        Checkpoint.load(path)


def test_symbolic_link(tmp_path: Path) -> None:
    """A link stays one; the file that it points to is replaced."""
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    link.symlink_to(target)
    MARK.save(link)

    assert link.is_symlink()
    assert MARK == Checkpoint.load(target)


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    """What the operating system refuses is an OSError."""
    with pytest.raises(FileNotFoundError):
        MARK.save(tmp_path / "none" / "jobs.json")


def test_interrupted_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, the old file stays, and no temporary one."""
    path = tmp_path / "jobs.json"
    Checkpoint().save(path)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        MARK.save(path)

    assert Checkpoint() == Checkpoint.load(path)
    assert ["jobs.json"] == [it.name for it in tmp_path.iterdir()]
