"""Decode answers, fast where possible; encode request bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    IterableValidationNote,
)

from gradient_async.codec.converter import make_converter
from gradient_async.errors import ConfigurationError, DecodeError

T = TypeVar("T")

JSON: TypeAlias = (
    "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"
)
"""Anything that JSON can say."""

# What msgspec raises for bytes it will not take: bad UTF-8, a year beyond 9999 and
# deep nesting have errors of Python's own.
_REFUSALS: Final = (
    msgspec.MsgspecError,
    ValueError,
    OverflowError,
    RecursionError,
)

# What structuring raises: cattrs' groups, and a bare error at the very top.
_MISFITS: Final = (BaseValidationError, ValueError, TypeError, LookupError)


class Codec:
    """
    Decode answers into attrs objects.

    A caller's own converter takes over entirely: it defines every type, and the
    fast path is off. None means the package's own, with the fast path.
    """

    def __init__(self, converter: Converter | None = None) -> None:
        self._fast = converter is None
        self._decoders: dict[object, msgspec.json.Decoder[Any]] = {}
        self._converter = _own_converter() if converter is None else converter

    def decode(self, body: bytes, shape: type[T]) -> T:
        """
        Decode a JSON body into an object of the given attrs class.

        Raises:
            DecodeError: The body is not JSON, or not of that shape.
        """
        if self._fast:
            with suppress(*_REFUSALS):
                return self._decode_fast(body, shape)
        return self._structure(decode_json(body), shape)

    def _decode_fast(self, body: bytes, shape: type[T]) -> T:
        if shape not in self._decoders:
            # Not strict: the API sends 64-bit integers as strings.
            self._decoders[shape] = msgspec.json.Decoder(shape, strict=False)
        value: T = self._decoders[shape].decode(body)
        return value

    def _structure(self, value: object, shape: type[T]) -> T:
        try:
            return self._converter.structure(value, shape)
        except _MISFITS as error:
            json_path, text = _locate(error)
        raise DecodeError(text, json_path=json_path)


def decode_json(body: bytes) -> JSON:
    """
    Decode a body into plain JSON values.

    Raises:
        DecodeError: The body is not JSON in UTF-8.
    """
    try:
        value: JSON = msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        text = str(error)
    except _REFUSALS as error:
        text = f"the body is not usable JSON ({type(error).__name__})"
    else:
        return value
    raise DecodeError(text)


def encode_json(value: JSON) -> bytes:
    """
    Encode plain JSON values as a request body.

    Raises:
        ConfigurationError: Something in the value has no JSON form.
    """
    try:
        # Letters beyond ASCII stay themselves, so that half a pair is an error here.
        return json.dumps(
            value, allow_nan=False, ensure_ascii=False, separators=(",", ":")
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        kind = type(error).__name__
    msg = f"the body must hold only what JSON can say ({kind} while encoding it)"
    raise ConfigurationError(msg)


_own_converter = cache(make_converter)


def _locate(error: BaseException) -> tuple[str, str]:
    """Find the first misfit in cattrs' nested groups: its JSON path and text."""
    path = "$"
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                path += f".{note.name}"
            elif isinstance(note, IterableValidationNote):
                path += f"[{note.index}]"
    if isinstance(error, KeyError):
        return path, "Expected a value, got none"
    return path, str(error) if isinstance(error, ValueError) else type(error).__name__
