"""What is known of an account's jobs, as a value that can be saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal, Self

import attrs
import msgspec

from gradient_async.changes.events import JobState
from gradient_async.changes.state_file import SavedState, decode_state
from gradient_async.checks import check_instance, check_int
from gradient_async.errors import ConfigurationError
from gradient_async.models.indexing_jobs import IndexingJobPhase, IndexingJobStatus
from gradient_async.models.scalars import Timestamp
from gradient_async.transport.endpoint import encode_id

# No list is that long, and JSON readers elsewhere lose digits above.
_MAX_COUNT: Final = 2**53

_Count = Annotated[int, msgspec.Meta(ge=0, le=_MAX_COUNT)]


class _StateContent(msgspec.Struct, forbid_unknown_fields=True):
    """A `JobState` in JSON; enums are the API's own words."""

    phase: str
    status: str
    completed_datasources: int


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    """A `Checkpoint` in JSON."""

    version: Literal[1]
    account: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{16})?\Z")]
    newest_uuid: str | None
    newest_created_at: Timestamp | None
    count: _Count
    unfinished: dict[str, _StateContent]


def _copy_states(states: Mapping[str, JobState]) -> dict[str, JobState]:
    check_instance("unfinished", states, Mapping)
    for uuid, state in states.items():
        encode_id("an id in `unfinished`", uuid)
        check_instance("a state in `unfinished`", state, JobState)
    return dict(states)


@attrs.frozen(kw_only=True)
class Checkpoint(SavedState):
    """
    What is known of an account's jobs: the newest one, and those that had not ended.

    It covers every job up to the newest one, and none after it. Without arguments it
    covers no job.

    Raises:
        ConfigurationError: The values contradict each other, or are out of range.
    """

    account: str = ""
    """
    Fingerprint of the base URL and the token, 16 hex digits; empty matches any.

    The token cannot be computed from it.
    """
    newest_uuid: str | None = None
    """Id of the newest job covered; None if there is none."""
    newest_created_at: datetime | None = None
    """Its time of creation; None if there is none."""
    count: int = 0
    """Number of jobs in the list at or below the newest one, itself included."""
    unfinished: Mapping[str, JobState] = attrs.field(
        factory=dict, converter=_copy_states
    )
    """The covered jobs that had not ended, by id, with their latest state."""

    def __attrs_post_init__(self) -> None:
        """Check the values."""
        check_instance("account", self.account, str)
        check_instance("newest_uuid", self.newest_uuid, str | None)
        check_instance("newest_created_at", self.newest_created_at, datetime | None)
        if self.newest_created_at and self.newest_created_at.utcoffset() is None:
            msg = "newest_created_at must be timezone-aware: datetime(..., tzinfo=UTC)"
            raise ConfigurationError(msg)
        check_int("count", self.count, minimum=0, maximum=_MAX_COUNT)
        if (self.newest_uuid is None) != (self.count == 0):
            msg = "a checkpoint has a newest job if, and only if, its count is not 0"
            raise ConfigurationError(msg)

    def to_json(self) -> str:
        """Return the checkpoint as JSON on one line."""
        content = _Content(
            version=1,
            account=self.account,
            newest_uuid=self.newest_uuid,
            newest_created_at=self.newest_created_at,
            count=self.count,
            unfinished={
                uuid: _StateContent(
                    state.phase.value, state.status.value, state.completed_datasources
                )
                for uuid, state in self.unfinished.items()
            },
        )
        return msgspec.json.encode(content).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """
        Return the checkpoint that `to_json` wrote.

        Raises:
            ConfigurationError: The text is not such JSON, or of another version.
        """
        content = decode_state(text, _Content, "a checkpoint")
        return cls(
            account=content.account,
            newest_uuid=content.newest_uuid,
            newest_created_at=content.newest_created_at,
            count=content.count,
            unfinished={
                uuid: JobState(
                    phase=IndexingJobPhase(state.phase),
                    status=IndexingJobStatus(state.status),
                    completed_datasources=state.completed_datasources,
                )
                for uuid, state in content.unfinished.items()
            },
        )
