"""Events as JSON in the log, and back; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs
import msgspec

from gradient_async import errors
from gradient_async.changes import AccountEvent, AccountEventKind, JobEvent
from gradient_async.codec.codec import Codec
from gradient_async.errors import DecodeError, GradientError

LoggedEvent: TypeAlias = JobEvent | AccountEvent
"""What stands in the log."""

_CODEC: Final = Codec()

_KINDS_OF_ACCOUNTS: Final = frozenset(AccountEventKind)

_ERRORS: Final[dict[str, type[GradientError]]] = {
    name: getattr(errors, name) for name in errors.__all__
}


class _AccountContent(msgspec.Struct):
    account: str
    kind: AccountEventKind
    error: dict[str, object] | None


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
    try:
        return _decode_account_event(content)
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
        msg = f"not an event about an account: {error}"
        raise DecodeError(msg) from None


def _decode_account_event(content: str) -> AccountEvent:
    found = msgspec.json.decode(content, type=_AccountContent)
    error = None if found.error is None else _decode_error(found.error)
    return AccountEvent(account=found.account, kind=found.kind, error=error)


def _decode_error(content: Mapping[str, object]) -> GradientError:
    """Return an error of the same class with those facts that are plain values."""
    cls = _ERRORS.get(str(content["type"]), GradientError)
    facts: dict[str, Any] = {
        field.name: content[field.name]
        for field in attrs.fields(cls)
        if isinstance(content.get(field.name), str | int | float)
    }
    return cls(**facts)
