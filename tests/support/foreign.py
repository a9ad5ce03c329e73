"""Our side of the pages for those who come from other SDKs."""

from __future__ import annotations

from typing import Final

import gradient_async
from gradient_async import Client
from gradient_async.resources import Resource

COMING: Final = frozenset(
    {"client.knowledge_bases.retrieve", "client.knowledge_bases.wait_until_online"}
)


def owners(client: Client) -> dict[str, Resource]:
    """Return the resources of a client by their names."""
    found = {name: getattr(client, name) for name in dir(client) if name[0] != "_"}
    return {name: it for name, it in found.items() if isinstance(it, Resource)}


def find_method(path: str) -> object:
    """Return what a path such as `client.indexing_jobs.get` is; None if nothing."""
    first, *names = path.split(".")
    found: object = Client("t") if first == "client" else getattr(gradient_async, first)
    for name in names:
        found = getattr(found, name, None)
    return found
