"""Decode responses, fast where possible; encode request bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError, DecodeError
from gradient_async.models.base import JSON

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

# What msgspec raises for bytes it does not accept. Bad UTF-8, years beyond 9999 and
# deep nesting have Python's own errors.
_MSGSPEC_ERRORS: Final = (
    msgspec.MsgspecError,
    ValueError,
    OverflowError,
    RecursionError,
)

_STRICT: Final[msgspec.json.Decoder[JSON]] = msgspec.json.Decoder()

# The fast path does not look at numbers that no field takes, however large.
_LENIENT: Final[msgspec.json.Decoder[JSON]] = msgspec.json.Decoder(float_hook=float)


class Codec:
    """
    Decode responses into attrs objects.

    A converter passed here defines how every type is decoded, and switches the fast
    path off. None means the package's own, with the fast path.
    """

    def __init__(self, converter: Converter | None = None) -> None:
        self._converter = converter
        self._decoders: dict[object, msgspec.json.Decoder[Any]] = {}

    def decode(self, body: bytes, shape: type[T]) -> T:
        """
        Decode a JSON body into an object of the given attrs class.

        Raises:
            DecodeError: The body is not JSON, or not of that shape.
        """
        if self._converter is None:
            try:
                return self._decode_fast(body, shape)
            except _MSGSPEC_ERRORS:
                # The converter decides, and names the place that does not fit.
                pass
        # Importing cattrs takes 25 ms, and most programs never receive such a body.
        from gradient_async.codec.converter import structure  # noqa: PLC0415

        return structure(decode_with(_LENIENT, body), shape, self._converter)

    def _decode_fast(self, body: bytes, shape: type[T]) -> T:
        if shape not in self._decoders:
            # Not strict: the API sends 64-bit integers as strings.
            self._decoders[shape] = msgspec.json.Decoder(shape, strict=False)
        # msgspec does not look into the strings that no field takes.
        if not body.isascii():
            body.decode()
        value: T = self._decoders[shape].decode(body)
        return value


def check_converter(converter: object) -> None:
    """Raise `ConfigurationError` unless it is a cattrs converter or None."""
    if converter is not None:
        # Importing cattrs takes 25 ms; whoever has a converter has imported it.
        from cattrs import Converter  # noqa: PLC0415

        check_instance("converter", converter, Converter | None)


def decode_json(body: bytes) -> JSON:
    """
    Decode a body into plain JSON values.

    Raises:
        DecodeError: The body is not JSON in UTF-8.
    """
    return decode_with(_STRICT, body)


def decode_with(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """
    Decode a body with a decoder of msgspec.

    Raises:
        DecodeError: The body is not JSON in UTF-8, or the decoder does not accept it.
    """
    try:
        value = decoder.decode(body)
    except msgspec.MsgspecError as error:
        text = str(error)
    except _MSGSPEC_ERRORS as error:
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
        # Not `ensure_ascii`, which would hide half a surrogate pair in an escape.
        return json.dumps(
            value, allow_nan=False, ensure_ascii=False, separators=(",", ":")
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        kind = type(error).__name__
    msg = f"the body must contain only JSON values ({kind} while encoding it)"
    raise ConfigurationError(msg)
