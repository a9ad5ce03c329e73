"""The endpoints, as a client sees them."""

from __future__ import annotations

import itertools
import re

import pytest

from gradient_async.emulator import Emulator

from .calling import JOBS, Caller


async def test_pages_join_to_the_whole_list(api: Emulator, call: Caller) -> None:
    """The pages hold every job once, newest first."""
    replies = [await call(api, page=page, per_page=20) for page in (1, 2, 3)]

    assert api.job_uuids() == tuple(
        itertools.chain.from_iterable(reply.uuids for reply in replies)
    )
    assert [20, 20, 5] == [len(reply.uuids) for reply in replies]


async def test_jobs_arrive_as_they_are(api: Emulator, call: Caller) -> None:
    """The JSON on the wire is that of the jobs, and says how many there are."""
    reply = await call(api, per_page=200)

    assert 200 == reply.status
    assert "application/json" == reply.headers["content-type"]
    assert {
        "jobs": list(api.jobs()),
        "meta": {"page": 1, "pages": 1, "total": 45},
    } == reply.json


@pytest.mark.parametrize(
    ("page", "links"),
    [
        (1, {"next": 2, "last": 3}),
        (2, {"first": 1, "previous": 1, "next": 3, "last": 3}),
        (3, {"first": 1, "previous": 2}),
        (9, {"first": 1, "previous": 3}),
    ],
)
async def test_links_point_where_there_is_a_page(
    api: Emulator, call: Caller, page: int, links: dict[str, int]
) -> None:
    """Links are whole URLs to other pages, left out where there is no such page."""
    reply = await call(api, page=page)

    assert {
        name: f"{api.url}{JOBS}?per_page=20&page={number}"
        for name, number in links.items()
    } == reply.json["links"]["pages"]


async def test_page_behind_the_last_is_empty(api: Emulator, call: Caller) -> None:
    """Asking too far gives no jobs, but the true size of the list."""
    reply = await call(api, page=4, per_page=20)

    assert [] == reply.uuids
    assert {"page": 4, "pages": 3, "total": 45} == reply.json["meta"]


async def test_empty_list(call: Caller) -> None:
    """An account without jobs has a list without pages."""
    async with Emulator(jobs=0) as api:
        reply = await call(api)

    assert {"jobs": [], "meta": {"page": 1, "pages": 0, "total": 0}} == reply.json


async def test_page_sizes(call: Caller) -> None:
    """A page holds 20 jobs by default and 200 at most."""
    async with Emulator(jobs=300) as api:
        default, large = await call(api), await call(api, per_page=1000)

    assert 20 == len(default.uuids)
    assert 200 == len(large.uuids)
    assert 2 == large.json["meta"]["pages"]


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1.5", "٣", "9" * 5000])
@pytest.mark.parametrize("name", ["page", "per_page"])
async def test_senseless_numbers(
    api: Emulator, call: Caller, name: str, text: str
) -> None:
    """A page or a size that is not a counting number is a bad request."""
    reply = await call(api, **{name: text})

    assert (400, "bad_request") == (reply.status, reply.json["id"])


async def test_one_job(api: Emulator, call: Caller) -> None:
    """A job can be asked for by its uuid."""
    reply = await call(api, f"{JOBS}/{api.job_uuids()[7]}")

    assert 200 == reply.status
    assert {"job": api.jobs()[7]} == reply.json


@pytest.mark.parametrize("path", [f"{JOBS}/nobody", f"{JOBS}/", "/v2/account", "/"])
async def test_unknown_resources(api: Emulator, call: Caller, path: str) -> None:
    """What is not there is not found, with an error body."""
    reply = await call(api, path)

    assert (404, "not_found") == (reply.status, reply.json["id"])
    assert reply.headers["x-request-id"] == reply.json["request_id"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_wrong_methods(api: Emulator, call: Caller, method: str) -> None:
    """A method that an endpoint does not have is refused, naming those it has."""
    reply = await call(api, method=method)

    assert (405, "method_not_allowed") == (reply.status, reply.json["id"])
    assert "GET,POST" == reply.headers["allow"]


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Basic emulator-token-1", "emulator-token-1", "x"]
)
async def test_unknown_tokens(api: Emulator, call: Caller, authorization: str) -> None:
    """Only a known bearer token opens the door, whatever lies behind it."""
    replies = [
        await call(api, path, authorization=authorization) for path in (JOBS, "/")
    ]

    assert [(401, "unauthorized")] * 2 == [
        (reply.status, reply.json["id"]) for reply in replies
    ]
    assert "ratelimit-limit" not in replies[0].headers
    assert [None, None] == [request.account for request in api.requests]


async def test_bearer_in_any_case(api: Emulator, call: Caller) -> None:
    """The scheme of the token may be written in any case."""
    reply = await call(api, authorization=f"bEARER {api.token}")

    assert 200 == reply.status


async def test_accounts_have_their_own_jobs(call: Caller) -> None:
    """Each token lists the jobs of its own account, and no others."""
    async with Emulator(jobs=5, accounts=2) as api:
        first, second = [
            await call(api, authorization=f"Bearer {token}") for token in api.tokens
        ]

        assert api.job_uuids(api.tokens[0]) == tuple(first.uuids)
        assert api.job_uuids(api.tokens[1]) == tuple(second.uuids)
        assert not set(first.uuids) & set(second.uuids)
        assert [0, 1] == [request.account for request in api.requests]


async def test_request_ids_count_up(call: Caller) -> None:
    """Each answer has an id of its own, which a second run repeats."""
    runs = []
    for _ in range(2):
        async with Emulator(jobs=1) as api:
            replies = [await call(api) for _ in range(3)]
        runs.append([reply.headers["x-request-id"] for reply in replies])
    uuid = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}")

    assert runs[0] == runs[1]
    assert 3 == len(set(runs[0]))
    assert all(uuid.fullmatch(identifier) for identifier in runs[0])


async def test_dates_start_with_the_data(api: Emulator, call: Caller) -> None:
    """The server's clock starts when the newest job was created."""
    reply = await call(api)

    assert reply.headers["date"].startswith("Sun, 01 Nov 2026 12:00:")
