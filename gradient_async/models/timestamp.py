"""Moments in time, as the API writes them."""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta

Timestamp: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""An aware `datetime`; in UTC, as protobuf's JSON always writes it."""
