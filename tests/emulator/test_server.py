"""The emulator as an object: its life cycle, data and records."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp
import pytest

from gradient_async.emulator import Emulator, Fault

from .http_client import BASES, JOBS, SPACES, HttpClient


def count_sockets() -> int:
    """Return the number of sockets that the loop waits for."""
    loop: Any = asyncio.get_running_loop()
    return len(loop._selector.get_map())


@pytest.mark.parametrize(
    "fields",
    [
        {"jobs": -1},
        {"accounts": 0},
        {"port": 65536},
        {"latency": -1},
        {"jitter": -1},
        {"latency": float("inf")},
        {"jitter": float("nan")},
        {"limits": ()},
        {"speed": -1},
        {"speed": float("nan")},
        {"speed": float("inf")},
        {"database_seconds": -1},
        {"database_seconds": float("nan")},
        {"database_seconds": float("inf")},
    ],
)
def test_invalid_arguments(fields: dict[str, Any]) -> None:
    """Invalid arguments raise a ValueError."""
    with pytest.raises(ValueError, match=r"at least|must be"):
        Emulator(**fields)


def test_tokens_are_predictable() -> None:
    """Tokens are numbered, and `token` is the first."""
    api = Emulator(jobs=0, accounts=3)

    assert ("emulator-token-1", "emulator-token-2", "emulator-token-3") == api.tokens
    assert "emulator-token-1" == api.token


def test_url_needs_a_running_server() -> None:
    """The URL of a server that is not running raises a helpful error."""
    with pytest.raises(RuntimeError, match="async with Emulator"):
        _ = Emulator(jobs=0).url


async def test_repr() -> None:
    """The repr shows the URL, and no token."""
    api = Emulator(jobs=0, database_seconds=0)
    before = repr(api)
    async with api:
        running = repr(api)
        url = api.url

    assert "<Emulator not running, accounts: 1>" == before
    assert f"<Emulator {url}, accounts: 1>" == running


async def test_start_twice(api: Emulator) -> None:
    """A running server cannot be started again."""
    with pytest.raises(RuntimeError, match="already running"):
        await api.start()


async def test_start_twice_at_once() -> None:
    """Of two starts at once, one fails, and closing ends the other."""
    api, before = Emulator(jobs=0), count_sockets()
    ends = await asyncio.gather(api.start(), api.start(), return_exceptions=True)
    during = count_sockets()
    await api.aclose()

    assert [type(None), RuntimeError] == [type(end) for end in ends]
    assert (before + 2, before) == (during, count_sockets())


@pytest.mark.parametrize("steps", range(10))
async def test_cancelled_start(steps: int) -> None:
    """A start can be cancelled at any time and leaves nothing behind."""
    api, before = Emulator(jobs=0), count_sockets()
    start = asyncio.create_task(api.start())
    for _ in range(steps):
        await asyncio.sleep(0)
    start.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await start

    assert start.cancelled()
    assert before == count_sockets()
    with pytest.raises(RuntimeError, match="not running"):
        _ = api.url
    async with api:
        assert api.url


@pytest.mark.parametrize("steps", range(10))
async def test_close_during_start(steps: int) -> None:
    """Closing ends a start that is in progress; it can be repeated, or come first."""
    api, before = Emulator(jobs=0), count_sockets()
    await api.aclose()
    start = asyncio.create_task(api.start())
    for _ in range(steps):
        await asyncio.sleep(0)
    await api.aclose()
    await start
    await api.aclose()

    assert before == count_sockets()


async def test_port_is_taken(api: Emulator) -> None:
    """A taken port is an OSError, and leaves nothing running."""
    other = Emulator(jobs=0, port=int(api.url.rpartition(":")[2]))

    with pytest.raises(OSError, match="address"):
        await other.start()
    for name in ("url", "storage_url"):
        with pytest.raises(RuntimeError, match="not running"):
            getattr(other, name)


async def test_restart(api: Emulator, call: HttpClient) -> None:
    """A closed server refuses connections; restarted, it continues as before."""
    first, url = await call(api), api.url
    await api.aclose()
    with pytest.raises(aiohttp.ClientConnectorError):
        await call.session.get(url)
    await api.start()
    second = await call(api)

    assert first.uuids == second.uuids
    assert "4998" == second.headers["ratelimit-remaining"]
    assert 2 == len(api.requests)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(hang=True, times=None),
        Fault(delay=1000.0, times=None),
        Fault(drip=1000.0, times=None),
        Fault(body=b"x" * 20_000_000, times=None),
    ],
)
async def test_close_leaves_nothing_behind(call: HttpClient, fault: Fault) -> None:
    """Closing ends slow responses at once, with all of the server's tasks."""
    api = Emulator(jobs=1)
    before = asyncio.all_tasks()
    await api.start()
    api.fail(fault)
    request = asyncio.create_task(
        call.session.post(
            api.url + JOBS, headers={"Authorization": f"Bearer {api.token}"}
        )
    )
    await asyncio.sleep(0.02)
    started = asyncio.get_running_loop().time()
    await api.aclose()

    assert 1.0 > asyncio.get_running_loop().time() - started
    assert before >= asyncio.all_tasks() - {request}
    assert 0 == api.in_flight
    with contextlib.suppress(aiohttp.ClientError):
        (await request).close()


async def test_close_ends_idle_connections(api: Emulator, call: HttpClient) -> None:
    """Idle connections end with the server."""
    await call(api)
    await api.aclose()

    assert {asyncio.current_task()} == asyncio.all_tasks()


async def test_dates_of_new_jobs(call: HttpClient) -> None:
    """New jobs are dated now, or a second after the newest job if that is later."""
    async with Emulator(jobs=3, speed=0, database_seconds=0, auto_index=False) as api:
        api.add_jobs(1)
        api.advance(3600)
        await call.start(api, await call.create_base(api, SPACES))
        api.add_jobs(2)
        api.advance(60)
        api.grow(1)
        await call(api)
        created = [str(job["created_at"])[11:] for job in api.jobs()]

    assert ["13:01:00Z", "13:00:02Z", "13:00:01Z", "13:00:00Z"] == created[:4]
    assert ["12:00:01Z", "12:00:00Z"] == created[4:6]


async def test_knowledge_bases_of_new_jobs(api: Emulator, call: HttpClient) -> None:
    """New jobs use seeded knowledge bases while there are any."""
    created = await call.create_base(api, SPACES)
    last, *others = (str(it["uuid"]) for it in api.knowledge_bases()[1:])
    for base in others:
        await call.delete(api, f"{BASES}/{base}")
    api.add_jobs(20)
    await call.delete(api, f"{BASES}/{last}")
    api.add_jobs(20)
    bases = [job["knowledge_base_uuid"] for job in api.jobs()[:40]]

    assert [created] * 20 + [last] * 20 == bases


async def test_no_knowledge_bases_for_new_jobs(api: Emulator, call: HttpClient) -> None:
    """Without knowledge bases no jobs are added, and the list still works."""
    api.grow(5)
    for base in api.knowledge_bases():
        await call.delete(api, f"{BASES}/{base['uuid']}")
    await call.create_base(api)
    responses = [await call(api), await call(api)]

    assert [45, 45] == [response.json["meta"]["total"] for response in responses]
    for add in (api.add_jobs, api.grow):
        with pytest.raises(ValueError, match="no knowledge base"):
            add(1)


async def test_removed_jobs_are_gone(api: Emulator, call: HttpClient) -> None:
    """A removed job is in no list, and cannot be removed again."""
    job = api.jobs()[4]
    uuid, base = str(job["uuid"]), job["knowledge_base_uuid"]
    api.remove_job(uuid)
    api._account(None).jobs.cancel(uuid, 0)
    response = await call(api, f"{JOBS}/{uuid}")
    others = await call(api, f"{BASES}/{base}/indexing_jobs")

    assert 404 == response.status
    assert uuid not in api.job_uuids()
    assert [it for it in api.jobs() if it["knowledge_base_uuid"] == base] == (
        others.json["jobs"]
    )
    with pytest.raises(KeyError, match=uuid):
        api.remove_job(uuid)


async def test_list_grows_between_pages(api: Emulator, call: HttpClient) -> None:
    """Each list request adds jobs after reading its page, until all were added."""
    before = api.job_uuids()
    api.grow(12, per_request=5)
    responses = [await call(api, page=page) for page in (1, 2, 3, 4)]

    assert [45, 50, 55, 57] == [
        response.json["meta"]["total"] for response in responses
    ]
    assert list(before[:20]) == responses[0].uuids
    assert list(before[15:35]) == responses[1].uuids


def test_growth_of_another_account() -> None:
    """Data methods take the token of an account."""
    api = Emulator(jobs=1, accounts=2)
    api.add_jobs(2, token=api.tokens[1])

    assert [1, 3] == [len(api.jobs(token)) for token in api.tokens]


def test_unknown_token() -> None:
    """An unknown token is a ValueError."""
    with pytest.raises(ValueError, match="has this token"):
        Emulator(jobs=0).jobs("wrong")


async def test_requests_are_recorded(api: Emulator, call: HttpClient) -> None:
    """A request is recorded as received, with the status of its response."""
    await call(api, f"{JOBS}/a%20b", page=2)
    request = api.requests[0]

    assert ("GET", f"{JOBS}/a%20b") == (request.method, request.path)
    assert {"page": "2"} == request.query
    assert f"Bearer {api.token}" == request.headers["authorization"]
    assert (0, 404) == (request.account, request.status)
    assert request.at <= asyncio.get_running_loop().time()
    assert api.token not in repr(api.requests)


async def test_records_are_frozen(api: Emulator, call: HttpClient) -> None:
    """A record cannot be changed, but the list may be cleared."""
    await call(api)
    with pytest.raises(AttributeError):
        api.requests[0].method = "POST"
    api.requests.clear()
    await call(api)

    assert [200] == [request.status for request in api.requests]


async def test_requests_in_flight_are_counted(call: HttpClient) -> None:
    """The server counts the requests in flight, and their maximum."""
    async with Emulator(jobs=1, latency=0.02) as api:
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(call(api))
            await asyncio.sleep(0.01)
            during = api.in_flight

        assert (5, 5, 0) == (during, api.most_in_flight, api.in_flight)
        assert 5 == api.connections


async def test_connections_are_counted_once(api: Emulator, call: HttpClient) -> None:
    """A reused connection counts once."""
    for _ in range(3):
        await call(api)

    assert 1 == api.connections
    assert 3 == len(api.requests)


async def test_latency_in_both_directions(call: HttpClient) -> None:
    """Half of the latency passes before the request arrives, half after it."""
    loop = asyncio.get_running_loop()
    async with Emulator(jobs=1, latency=0.02, jitter=0.001) as api:
        sent = loop.time()
        await call(api)
        received = loop.time()
        arrived = api.requests[0].at

    assert 0.009 < arrived - sent
    assert 0.009 < received - arrived


async def test_faults_of_the_emulator(
    api: Emulator, call: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception in a handler is logged; its response is the API's, with an id."""
    api._platform.accounts[0].jobs = None  # type: ignore[assignment]
    response = await call(api)

    assert (500, "server_error", "Unexpected server-side error") == (
        response.status,
        response.json["id"],
        response.message,
    )
    assert api.requests[0].request_id == response.json["request_id"]
    assert "AttributeError" in caplog.text
