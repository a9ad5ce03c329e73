"""Plain resources as data: what requests may have, and what responses show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.timestamps import format_timestamps

Reader: TypeAlias = Callable[[Message, str], object]
"""Reads one member of a message, or raises an `ApiError`."""

_TIMES: Final = ("created_at", "updated_at")


@attrs.frozen
class Collection:
    """Things of one kind that an account creates, changes and deletes."""

    key: str
    """Key of one in responses, such as `model_router`; of several, with an s."""
    fields: Mapping[str, Reader]
    """What requests may set, and how it is read."""
    required: frozenset[str]
    """Fields that must not be empty."""
    nested: Mapping[str, str] = attrs.field(factory=dict)
    """The object that a field is part of in responses, by the field's name."""
    fixed: Mapping[str, object] = attrs.field(factory=dict)
    """What all have in responses."""

    def create(self, message: Message, uuid: str, now: int) -> dict[str, Any]:
        """Return a new one; if something is missing or wrong, raise an `ApiError`."""
        for name in self.required:
            if not message.has(name):
                raise ApiError(422, f"{name} must not be empty.")
        times = dict.fromkeys(_TIMES, now)
        return {"uuid": uuid, **self._read(message), **times}

    def update(self, item: dict[str, Any], message: Message, now: int) -> None:
        """Replace what a request names; if that raises an `ApiError`, nothing."""
        item |= {**self._read(message), "updated_at": now}

    def describe(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON of one."""
        described: dict[str, Any] = {"uuid": item["uuid"], **self.fixed}
        for name in self.fields.keys() & item.keys():
            owner = self.nested.get(name)
            place = described.setdefault(owner, {}) if owner else described
            place[name] = item[name]
        return described | format_timestamps(**{name: item[name] for name in _TIMES})

    def _read(self, message: Message) -> dict[str, Any]:
        values = read_fields(message, self.fields)
        for name in self.required & values.keys():
            if not values[name]:
                raise ApiError(422, f"{name} must not be empty.")
        return values


def read_fields(message: Message, fields: Mapping[str, Reader]) -> dict[str, Any]:
    """Return the fields that a message has."""
    return {
        name: read(message, name) for name, read in fields.items() if message.has(name)
    }


def one(**fields: Reader) -> Reader:
    """Return a reader of an object."""

    def read(message: Message, name: str) -> object:
        inner = message.message(name)
        return read_fields(inner, fields) if inner else None

    return read


def details(**fields: Reader) -> Reader:
    """Return a reader of an object, whose missing members have their zero value."""

    def read(message: Message, name: str) -> object:
        inner = message.message(name)
        return None if inner is None else read_all(inner, fields)

    return read


def read_all(message: Message, fields: Mapping[str, Reader]) -> dict[str, Any]:
    """Return all fields, those that are missing too, without empty texts."""
    values = {name: read(message, name) for name, read in fields.items()}
    return {name: it for name, it in values.items() if it is not None and it != ""}


def ignored(message: Message, name: str) -> None:
    """Read a text that is not kept, so that another type is rejected."""
    message.string(name)


def several(**fields: Reader) -> Reader:
    """Return a reader of a list of objects."""
    return lambda message, name: [
        read_fields(it, fields) for it in message.messages(name)
    ]
