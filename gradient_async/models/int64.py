"""64-bit integers, as protobuf's JSON writes them."""

from typing import Annotated, TypeAlias

Int64: TypeAlias = Annotated[int, "int64"]
"""An `int` that is written as a string: JSON's own numbers lose digits above 2^53."""
