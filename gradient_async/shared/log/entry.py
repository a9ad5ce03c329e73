"""What stands in the log, and where; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self, TypeAlias, cast

import attrs

from gradient_async.changes import AccountEvent, FeedEvent, JobEvent
from gradient_async.errors import ConfigurationError
from gradient_async.models.base import to_plain
from gradient_async.shared.log.event_json import decode_event
from gradient_async.shared.store import to_text

_ID: Final = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")

# The end of the year 9999, the last that a datetime can have.
_MAX_MS: Final = 253_402_300_799_999
# The server refuses larger ones, and cannot begin after the very largest.
_MAX_NUMBER: Final = 2**64 - 2


class LogPosition(NamedTuple):
    """
    The place of an entry: the server's time, and how many entries came before it.

    Both grow, so places can be compared; the number tells what is missing in between.
    """

    ms: int
    """Time in milliseconds."""
    number: int
    """Number of the entry, counted from 1 for the first one ever."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Return the place that an id names.

        Raises:
            ConfigurationError: It is no id of an entry.
        """
        found = _ID.fullmatch(text)
        position = cls(*map(int, found.groups())) if found else None
        if position is None or position.ms > _MAX_MS or position.number > _MAX_NUMBER:
            msg = "since must be the id of an entry, such as 1764297000000-17"
            raise ConfigurationError(msg)
        return position

    def __str__(self) -> str:
        """Return the id."""
        return f"{self.ms}-{self.number}"


START: LogPosition = LogPosition(0, 0)
"""The place before all entries."""


@attrs.frozen(kw_only=True)
class LogReset:
    """
    The server has lost entries that it had: it was restarted without all of its data.

    What follows is what it has now. Accounts that it no longer knew begin anew, with
    what runs, as events of the kind `running`.
    """

    kind: str = attrs.field(default="reset", init=False)
    """Always `"reset"`."""

    def to_dict(self) -> dict[str, object]:
        """Return the event as plain JSON values."""
        return {"kind": self.kind}

    def to_json(self) -> str:
        """Return the content of `to_dict` as JSON on one line."""
        return json.dumps(self.to_dict(), separators=(",", ":"))


LogEvent: TypeAlias = FeedEvent | LogReset
"""What a listener of a log receives in its entries."""


@attrs.frozen(kw_only=True)
class LogEntry:
    """One entry of the log, or what is told in the place of entries that are gone."""

    id: str
    """
    Id by which a listener resumes after it: the server's time in ms, and a number.

    It grows from entry to entry. `Lagged` and `LogReset` have that of the entry before.
    """
    event: LogEvent
    """What happened."""

    @property
    def key(self) -> str:
        """
        Key by which a handler recognises the entry when it comes again.

        It is the `key` of a job's event, otherwise the id.
        """
        return self.event.key if isinstance(self.event, JobEvent) else self.id

    @property
    def account(self) -> str:
        """Name of the account; empty for `Lagged` and `LogReset`."""
        if isinstance(self.event, JobEvent | AccountEvent):
            return self.event.account
        return ""

    @property
    def position(self) -> LogPosition:
        """The place of the entry."""
        return LogPosition.parse(self.id)

    @property
    def time(self) -> datetime:
        """When the server got the entry, in UTC."""
        return datetime.fromtimestamp(self.position.ms / 1000, UTC)

    def to_json(self) -> str:
        """
        Return the event as JSON on one line, with `id` first.

        Then comes `time`, but not for `Lagged` and `LogReset`: nobody knows theirs.
        """
        time = f'"time":"{to_plain(self.time)}",' if self.account else ""
        return f'{{"id":"{self.id}",{time}{self.event.to_json().removeprefix("{")}'

    def to_sse(self) -> str:
        """Return the entry as a server-sent event, with its id for `Last-Event-ID`."""
        event = self.event
        return f"id: {self.id}\nevent: {event.kind}\ndata: {event.to_json()}\n\n"


def parse_entries(response: object) -> list[LogEntry]:
    """
    Return the entries of a stream's response: pairs of an id and a list of fields.

    Raises:
        DecodeError: An entry is of a later version.
    """
    pairs = cast("Sequence[tuple[object, Sequence[object]]]", response)
    return [parse_entry(entry_id, fields) for entry_id, fields in pairs]


def parse_entry(entry_id: object, fields: Sequence[object]) -> LogEntry:
    """Return one entry; see `parse_entries`."""
    texts = [to_text(it) for it in fields]
    values = dict(zip(texts[::2], texts[1::2], strict=True))
    event = decode_event(values.get("kind", ""), values.get("event", ""))
    return LogEntry(id=to_text(entry_id), event=event)
