"""Plain resources: collections that clients fill, and lists that never change."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async import JSON, Client, StatusError
from gradient_async.emulator import Emulator

ROUTERS = "/v2/gen-ai/models/routers"
BODY: dict[str, Any] = {
    "name": "first",
    "fallback_models": ["harbour"],
    "policies": [{"task_slug": "translation", "models": ["harbour"]}],
    "unknown": "ignored",
}


async def create(client: Client, **changes: JSON) -> Any:
    """Create a router."""
    response: Any = await client.request("POST", ROUTERS, json=BODY | changes)
    return response["model_router"]


async def test_life_of_an_item(client: Client, api: Emulator) -> None:
    """An item is created, listed newest first, changed in part, and deleted."""
    first, second = await create(client), await create(client, name="second")
    path = f"{ROUTERS}/{first['uuid']}"
    listed: Any = await client.request("GET", ROUTERS)
    api.advance(60)
    changed: Any = await client.request("PUT", path, json={"description": "new"})

    assert {"policies": BODY["policies"], "fallback_models": ["harbour"]} == first[
        "config"
    ]
    assert "unknown" not in first
    assert [second, first] == listed["model_routers"]
    assert {"page": 1, "pages": 1, "total": 2} == listed["meta"]
    different = {"description": "new", "updated_at": "2026-11-01T12:01:00Z"}
    assert first | different == changed["model_router"]
    assert changed == await client.request("GET", path)
    assert {"uuid": first["uuid"]} == await client.request("DELETE", path)
    with pytest.raises(StatusError, match="could not be found"):
        await client.request("GET", path)


async def test_accounts_are_apart() -> None:
    """What one account creates does not exist for another."""
    async with Emulator(accounts=2) as api:
        first, second = (Client(token, base_url=api.url) for token in api.tokens)
        async with first, second:
            router = await create(first)

            assert () == (await second.model_routers.list()).items
            assert (
                router["uuid"] == (await first.model_routers.get(router["uuid"])).uuid
            )


@pytest.mark.parametrize(
    ("status", "message", "changes"),
    [
        (422, "name must not be empty", {"name": None}),
        (422, "name must not be empty", {"name": " "}),
        (422, "fallback_models must not be empty", {"fallback_models": []}),
        (400, "policies: expected a list", {"policies": "all"}),
        (
            400,
            r"policies\[0\].custom_task.name: expected a string",
            {"policies": [{"custom_task": {"name": 1}}]},
        ),
    ],
)
async def test_refusals(
    client: Client, status: int, message: str, changes: dict[str, Any]
) -> None:
    """What a collection does not accept is refused by name, and changes nothing."""
    router = await create(client)
    with pytest.raises(StatusError, match=message) as caught:
        await create(client, **changes)
    assert status == caught.value.status
    if changes != {"name": None}:
        with pytest.raises(StatusError, match=message):
            await client.request("PUT", f"{ROUTERS}/{router['uuid']}", json=changes)
    listed: Any = await client.request("GET", ROUTERS)
    assert [router] == listed["model_routers"]


async def test_catalogue(client: Client) -> None:
    """The catalogue is searched, paged by `limit` without links, and has cards."""
    found: Any = await client.request(
        "GET", "/v2/gen-ai/models/catalog", params={"limit": 1, "search": "HARBOUR"}
    )
    (entry,) = found["data"]
    card = await client.model_catalog.get(entry["id"])

    assert {"page": 1, "pages": 2, "total": 2} == found["meta"]
    assert {"data", "meta"} == found.keys()
    assert entry["model_id"] == card.model_id
    assert card == await client.model_catalog.get("no-id", model_id=card.model_id)
    with pytest.raises(StatusError, match="could not be found"):
        await client.model_catalog.get("no-id")
