"""Events as JSON in the log, and back; pure."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import attrs
import msgspec

from gradient_async import errors
from gradient_async.changes import AccountEvent, AccountEventKind, JobEvent
from gradient_async.codec.codec import Codec
from gradient_async.errors import GradientError

LoggedEvent: TypeAlias = JobEvent | AccountEvent
"""What stands in the log."""

_CODEC: Final = Codec()

_KINDS_OF_ACCOUNTS: Final = frozenset(AccountEventKind)

_Fact: TypeAlias = str | int | float | bool | None


class _AccountContent(msgspec.Struct):
    account: str
    kind: AccountEventKind
    error: dict[str, msgspec.Raw] | None


def encode_event(event: LoggedEvent) -> str:
    """Return an event as JSON, with the API's own words, so that nothing is lost."""
    if isinstance(event, JobEvent):
        return event.to_json(wire=True)
    return event.to_json()


def decode_event(kind: str, content: str) -> LoggedEvent:
    """
    Return the event that `encode_event` wrote.

    Raises:
        DecodeError: It is of a later version.
    """
    if kind not in _KINDS_OF_ACCOUNTS:
        return _CODEC.decode(content.encode(), JobEvent)
    found = msgspec.json.decode(content, type=_AccountContent)
    error = None if found.error is None else _decode_error(found.error)
    return AccountEvent(account=found.account, kind=found.kind, error=error)


def _decode_error(content: dict[str, msgspec.Raw]) -> GradientError:
    """Return an error of the same class with those facts that are plain values."""
    name = msgspec.json.decode(content["type"], type=str)
    found = getattr(errors, name, GradientError)
    facts: dict[str, Any] = {}
    for field in attrs.fields(found):
        if field.name in content and content[field.name][:1] not in {b"[", b"{"}:
            facts[field.name] = msgspec.json.decode(content[field.name], type=_Fact)
    error: GradientError = found(**facts)
    return error
