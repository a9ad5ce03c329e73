"""
JSON to attrs objects and back.

msgspec decodes bodies straight into the models. What it does not accept goes to the
cattrs converter of `make_converter`, which defines how each type is decoded: it is as
lenient as protobuf's JSON, and its errors have the JSON path.
"""

from typing import TYPE_CHECKING

from gradient_async.codec.codec import Codec, decode_json, encode_json
from gradient_async.codec.encoder import to_body
from gradient_async.lazy import lazy_names
from gradient_async.models.base import JSON

__all__ = [
    "JSON",
    "Codec",
    "decode_json",
    "encode_json",
    "make_converter",
    "to_body",
]

if TYPE_CHECKING:
    from gradient_async.codec.converter import make_converter
else:
    # cattrs takes 25 ms to import.
    __getattr__, __dir__ = lazy_names(
        __name__,
        {"gradient_async.codec.converter": "make_converter"},
    )
