"""How far an export has come, as a value that is saved next to its file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

import attrs
import msgspec

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.changes.state_file import SavedState, decode_state
from gradient_async.errors import ConfigurationError


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    version: Literal[1]
    options: dict[str, str]
    since: datetime | None
    until: datetime | None
    rows: int
    size: int
    position: msgspec.Raw


@attrs.frozen(kw_only=True)
class ExportState(SavedState):
    """What was asked for, and how much of it the part file has."""

    options: Mapping[str, str]
    """The options that decide what is written, as text, by their names."""
    since: datetime | None = None
    """The earliest time of creation; None for no limit."""
    until: datetime | None = None
    """The time before which jobs were created; None for no limit."""
    rows: int = 0
    """Number of rows written."""
    size: int = 0
    """Number of bytes of the part file that belong to these rows."""
    position: accounts.StreamPosition = attrs.field(
        factory=lambda: accounts.StreamPosition()  # noqa: PLW0108  (loads it late)
    )
    """Where the stream goes on after them."""

    def to_json(self) -> str:
        """Return the state as JSON on one line; it holds no token."""
        content = _Content(
            version=1,
            options=dict(self.options),
            since=self.since,
            until=self.until,
            rows=self.rows,
            size=self.size,
            position=msgspec.Raw(self.position.to_json().encode()),
        )
        return msgspec.json.encode(content).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """
        Return the state that `to_json` wrote.

        Raises:
            ConfigurationError: The text is something else.
        """
        content = decode_state(text, _Content, "the state of an export")
        position = accounts.StreamPosition.from_json(bytes(content.position))
        return cls(
            options=content.options,
            since=content.since,
            until=content.until,
            rows=content.rows,
            size=content.size,
            position=position,
        )

    def check_resumes(self, wanted: ExportState) -> None:
        """
        Raise unless an export with the options of `wanted` can go on from here.

        A time may differ: `7d` is later today than it was when the export began.

        Raises:
            ConfigurationError: An option differs.
        """
        other = wanted._comparable
        for name, value in self._comparable.items():
            if other.get(name) != value:
                msg = (
                    f"the interrupted export had another {name}: "
                    f"repeat its options, or start over with --force"
                )
                raise ConfigurationError(msg)

    @property
    def _comparable(self) -> dict[str, str]:
        """The options, and whether there is a limit of time."""
        limits = {"--since": self.since, "--until": self.until}
        given = {name: str(time is not None) for name, time in limits.items()}
        return {**self.options, **given}
