"""
JSON bytes to attrs objects: one converter defines, one fast path agrees with it.

`make_converter` defines what each type means. msgspec decodes bytes straight into
the same classes and is tried first; what it refuses goes to the converter, which is
lenient where protobuf's JSON is.
"""

from gradient_async.codec.codec import JSON, Codec, decode_json, encode_json
from gradient_async.codec.converter import make_converter
from gradient_async.codec.encoder import to_json

__all__ = [
    "JSON",
    "Codec",
    "decode_json",
    "encode_json",
    "make_converter",
    "to_json",
]
