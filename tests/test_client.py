"""The client: invalid arguments, its start and its end."""

from __future__ import annotations

import asyncio
import contextlib
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


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "Bearer abc"])
def test_invalid_tokens(token: str) -> None:
    """An invalid token is rejected when the client is created."""
    with pytest.raises(ConfigurationError, match="token"):
        Client(token)


def test_no_token_at_all() -> None:
    """Without any token the error names the variable to set."""
    with pytest.raises(ConfigurationError, match="DIGITALOCEAN_ACCESS_TOKEN"):
        Client()


@pytest.mark.parametrize(
    "base_url", ["http://api.example.com", "", "api.example.com", "ftp://127.0.0.1"]
)
def test_invalid_base_urls(base_url: str) -> None:
    """A URL that would expose the token to the network is rejected."""
    with pytest.raises(ConfigurationError, match="base URL"):
        Client("t", base_url=base_url)


@pytest.mark.parametrize("timeout", [0, -1, math.inf, math.nan, True])
def test_invalid_timeouts(timeout: float) -> None:
    """A timeout must be a positive, finite number."""
    with pytest.raises(ConfigurationError, match="timeout"):
        Client("t", timeout=timeout)


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


@pytest.mark.parametrize(
    "id_", ["../../account", "", ".", "..", "a/b", "a\\b", "a\r\nb", "x" * 10_000]
)
async def test_ids_that_lead_elsewhere(id_: str, api: Emulator, client: Client) -> None:
    """An id that a server might read as another path is rejected, unsent."""
    with pytest.raises(ConfigurationError, match="uuid"):
        await client.indexing_jobs.get(id_)

    assert [] == api.requests


async def test_gets_one_job(api: Emulator, client: Client) -> None:
    """`get` returns the requested job."""
    expected = api.job_uuids()[7]

    assert expected == (await client.indexing_jobs.get(expected)).uuid


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


@pytest.mark.parametrize(
    "path",
    ["", "v2", "/v2?a=b", "/v2#a", "/v2/../account", "/v2/%2E%2e/x", "/v2/a b", "/ü"],
)
async def test_invalid_paths(path: str, api: Emulator, client: Client) -> None:
    """A path that is not a plain, encoded path is rejected, unsent."""
    with pytest.raises(ConfigurationError, match="path"):
        await client.request("GET", path)

    assert [] == api.requests


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


def test_plain_with_is_pointed_out() -> None:
    """A `with` without `async` raises an error that names `async with`."""
    with pytest.raises(TypeError, match="async with"):
        contextlib.ExitStack().enter_context(Client("t"))  # type: ignore[arg-type]


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


async def test_lent_session(api: Emulator) -> None:
    """A lent session is used, and stays open after the client has closed."""
    async with aiohttp.ClientSession() as session:
        async with Client(api.token, base_url=api.url, session=session) as client:
            await client.request("GET", "/v2/gen-ai/indexing_jobs")

        assert not session.closed
    assert 1 == len(api.requests)


async def test_concurrency_is_bounded() -> None:
    """No more requests are in flight than `max_concurrency` allows."""
    async with Emulator(jobs=1, latency=0.1, limits=None) as api:
        client = Client(api.token, base_url=api.url, max_concurrency=5)
        async with client:
            calls = (
                client.request("GET", "/v2/gen-ai/indexing_jobs") for _ in range(40)
            )
            await asyncio.gather(*calls)

    assert 5 == api.most_in_flight
