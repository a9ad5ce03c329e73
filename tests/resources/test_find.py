"""Find a knowledge base by its name."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from gradient_async import (
    AmbiguousNameError,
    Client,
    ConfigurationError,
    UnknownNameError,
)
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.resources.canned_calls import create_client, get_param

# On two pages; the last one is named like the first one's id.
NAMES = [f"base-{number}" for number in range(200)] + ["handbook", "twice", "uuid-0"]
NAMES[7] = "twice"


def serve(request: Request) -> Response:
    """Serve a page of the knowledge bases."""
    page, per_page = (int(get_param(request, it)) for it in ("page", "per_page"))
    bases = [{"uuid": f"uuid-{n}", "name": name} for n, name in enumerate(NAMES)]
    meta = {"page": page, "pages": -(-len(bases) // per_page), "total": len(bases)}
    listed = bases[(page - 1) * per_page : page * per_page]
    return json_response({"knowledge_bases": listed, "meta": meta})


def open_client() -> Client:
    """Open a client whose account has these knowledge bases."""
    return create_client(MemoryTransport(serve))


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ("uuid-200", "handbook"),
        ("uuid-201", "uuid-201"),
        ("uuid-7", "uuid-7"),
        # An id takes precedence over a name.
        ("uuid-0", "uuid-0"),
    ],
)
async def test_name_or_id(expected: str, name: str) -> None:
    """A name or an id is found, on whatever page it is."""
    async with open_client() as client:
        assert expected == (await client.knowledge_bases.find(name)).uuid


@pytest.mark.parametrize("name", ["Handbook", "handboo", "handbook ", "uuid-999"])
async def test_unknown_name(name: str) -> None:
    """What is not exactly a name or an id is an error that names it."""
    async with open_client() as client:
        with pytest.raises(UnknownNameError, match=name) as caught:
            await client.knowledge_bases.find(name)

    assert name == caught.value.name
    assert isinstance(caught.value, LookupError)


async def test_ambiguous_name() -> None:
    """A name of several knowledge bases is refused, with the ids of all of them."""
    async with open_client() as client:
        with pytest.raises(AmbiguousNameError) as caught:
            await client.knowledge_bases.find("twice")

    error = pickle.loads(pickle.dumps(caught.value))
    assert ("twice", ("uuid-7", "uuid-201")) == (error.name, error.uuids)
    assert "2 knowledge bases have the name 'twice': uuid-7, uuid-201" in str(error)


@pytest.mark.parametrize("name", ["", None, 5])
async def test_invalid_names(name: Any) -> None:
    """What is not a name is refused before anything is sent."""
    transport = MemoryTransport(serve)
    async with create_client(transport) as client:
        with pytest.raises(ConfigurationError, match=r"^name must"):
            await client.knowledge_bases.find(name)

    assert [] == transport.requests
