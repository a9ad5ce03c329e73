"""The client: invalid arguments, its start and its end."""

from __future__ import annotations

import asyncio
import copy
import gc
import math
import pickle
import uuid
import warnings
from datetime import datetime

import aiohttp
import pytest

from gradient_async import Client, ConfigurationError
from gradient_async.emulator import Emulator
from gradient_async.testing import MemoryTransport, json_response
from tests.support.raw_server import RawServer, raw_response


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", 5),
        ("timeout", "10"),
        ("timeout", None),
        ("max_concurrency", 0),
        ("max_concurrency", 2.5),
        ("max_response_bytes", 0),
        ("retry", None),
        ("retry", 3),
        ("rate_limit", None),
        ("rate_limit", 250),
        ("session", "x"),
        ("converter", int),
        ("on_attempt", 3),
        ("proxy", "proxy.example:3128"),
        ("proxy", "socks5://proxy.example"),
        ("proxy", "http://[proxy"),
        ("proxy", 3128),
        ("proxy", "http://us%3Aer:pw@127.0.0.1:1"),
        ("proxy", "http://u:%D0%BF@127.0.0.1:1"),
        ("proxy", "http://a b:1"),
        ("timeout", 10**400),
    ],
)
def test_invalid_arguments(name: str, value: object) -> None:
    """An invalid argument is rejected by name when the client is created."""
    with pytest.raises(ConfigurationError, match=name.replace("base_url", "base.url")):
        Client("t", **{name: value})  # type: ignore[arg-type]


def test_invalid_proxies_are_not_repeated() -> None:
    """A proxy's password is not in the error."""
    with pytest.raises(ConfigurationError) as caught:
        Client("t", proxy="ftp://user:hunter2@proxy.example")

    assert "hunter2" not in str(caught.value)


def test_a_transport_with_transport_options() -> None:
    """A custom transport excludes the options of the default one."""
    transport = MemoryTransport(lambda _: json_response({}))
    with pytest.raises(ConfigurationError, match="transport= excludes"):
        Client("t", transport=transport, proxy="http://proxy.example:3128")


async def test_trace_hooks_of_a_lent_session() -> None:
    """Trace hooks are rejected with a lent session, which would never call them."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigurationError, match="trace_configs"):
            Client("t", session=session, trace_configs=[aiohttp.TraceConfig()])


async def test_environment(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Token and base URL come from the environment unless given."""
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", f"{api.token}\n")
    monkeypatch.setenv("DIGITALOCEAN_API_URL", api.url)
    async with Client() as client:
        assert 60 == len(await client.iter_indexing_jobs().collect())


async def test_invalid_list_arguments(api: Emulator, client: Client) -> None:
    """Invalid arguments are rejected before anything is sent."""
    wrong: list[tuple[str, object]] = [
        ("per_page", 0),
        ("per_page", "10"),
        ("per_page", 2.5),
        ("per_page", True),
        ("prefetch", 2.5),
        ("prefetch", None),
        ("max_items", 2.5),
        ("max_items", math.nan),
        ("start", "x"),
        ("statuses", ["done"]),
        ("statuses", 5),
        ("statuses", [5]),
        ("phases", ["done"]),
        ("knowledge_base_uuid", uuid.UUID(int=1)),
        ("created_after", "2026-01-01"),
        ("created_before", datetime(2026, 1, 1)),  # noqa: DTZ001
    ]
    for name, value in wrong:
        with pytest.raises(ConfigurationError, match=name):
            client.iter_indexing_jobs(**{name: value})  # type: ignore[arg-type]

    assert [] == api.requests


async def test_request_sends_parameters_and_json() -> None:
    """`request` sends its arguments and returns the JSON of the response."""
    async with RawServer(raw_response(b'{"a": [1, 2.5, null]}')) as server:
        async with Client("t", base_url=server.url) as client:
            got = await client.request(
                "post", "/v2/x", params={"a": True, "b": 2}, json={"c": ["d"]}
            )

    assert {"a": [1, 2.5, None]} == got
    assert server.heads[0].startswith(b"POST /v2/x?a=true&b=2 HTTP/1.1")
    assert b"Content-Length: 11\r\n" in server.heads[0]


async def test_invalid_requests(api: Emulator, client: Client) -> None:
    """Invalid methods, parameters and bodies are rejected, unsent."""
    with pytest.raises(ConfigurationError, match="method"):
        await client.request("GET /", "/v2")
    with pytest.raises(ConfigurationError, match="path"):
        await client.request("GET", None)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="params"):
        await client.request("GET", "/v2", params="a=1")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="per_page"):
        await client.request("GET", "/v2", params={"per_page": None})  # type: ignore[dict-item]
    with pytest.raises(ConfigurationError, match="the body"):
        await client.request("POST", "/v2", json={"a": object()})  # type: ignore[dict-item]

    assert [] == api.requests


def test_repr() -> None:
    """The repr shows the base URL and the state."""
    client = Client("dop_v1_secret")

    assert "<Client https://api.digitalocean.com, 0 calls>" == repr(client)
    asyncio.run(client.aclose())
    assert "<Client https://api.digitalocean.com, closed>" == repr(client)


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_clients_cannot_be_copied(duplicate: type) -> None:
    """A client can be neither pickled nor copied."""
    with pytest.raises(TypeError, match="Client cannot be pickled"):
        duplicate(Client("t"))


def test_resources_cannot_be_copied() -> None:
    """A resource, which holds a client's connections, cannot be copied either."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        copy.deepcopy(Client("t").indexing_jobs)


def test_an_unclosed_client_warns_once() -> None:
    """A client that is dropped without closing warns once; aiohttp does not."""

    async def forget() -> None:
        async with Emulator(jobs=1) as api:
            client = Client(api.token, base_url=api.url)
            await client.request("GET", "/v2/gen-ai/indexing_jobs")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(forget())
        gc.collect()

    assert [ResourceWarning] == [warning.category for warning in caught]
    assert "unclosed Client" in str(caught[0].message)
    # With tracemalloc, Python shows where it was created.
    assert caught[0].source is not None


def test_an_unclosed_client_warns_after_its_loop() -> None:
    """A client that is dropped after its loop has closed warns, too."""
    kept: list[Client] = []

    async def use() -> None:
        async with Emulator(jobs=1) as api:
            kept.append(Client(api.token, base_url=api.url))
            await kept[0].request("GET", "/v2/gen-ai/indexing_jobs")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(use())
        kept.clear()
        gc.collect()

    assert [ResourceWarning] == [warning.category for warning in caught]


def test_unused_client_needs_no_close() -> None:
    """A client that was never used has nothing to close and does not warn."""
    Client("t")
    gc.collect()


async def test_resources_keep_the_connections(api: Emulator) -> None:
    """A resource keeps working after the last reference to its client is gone."""
    jobs = Client(api.token, base_url=api.url).indexing_jobs
    gc.collect()

    assert 60 == len(await jobs.list().collect())
    with pytest.warns(ResourceWarning):
        del jobs
