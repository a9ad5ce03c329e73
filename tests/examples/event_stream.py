"""Read server-sent events as a browser does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import attrs


@attrs.frozen(kw_only=True)
class ServerEvent:
    """One event, or a comment."""

    kind: str = ""
    id: str | None = None
    data: Mapping[str, Any] = attrs.field(factory=dict)
    comment: str = ""


async def read_events(response: aiohttp.ClientResponse) -> AsyncIterator[ServerEvent]:
    """Iterate over events and comments until the server ends the stream."""
    lines: list[str] = []
    async for raw in response.content:
        line = raw.decode().rstrip("\n")
        if line:
            lines.append(line)
        else:
            yield _parse(lines)
            lines = []


def _parse(lines: list[str]) -> ServerEvent:
    fields = dict(line.split(": ", 1) for line in lines)
    if "" in fields or lines[0].startswith(":"):
        return ServerEvent(comment=lines[0].removeprefix(": "))
    data = json.loads(fields["data"])
    return ServerEvent(kind=fields["event"], id=fields.get("id"), data=data)
