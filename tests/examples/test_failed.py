"""`GET /failed`: the newest failed jobs of all customers, as far as time allows."""

from __future__ import annotations

import aiohttp
import pytest

from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import TOKEN_VARIABLES
from tests.examples.backends import serve

pytestmark = pytest.mark.real_time


def failed_jobs(api: Emulator, *customers: int) -> set[str]:
    """Return the ids of all failed jobs of some customers."""
    return {
        str(job["uuid"])
        for customer in customers
        for job in api.jobs(api.tokens[customer])
        if job["status"] == "INDEX_JOB_STATUS_FAILED"
    }


async def test_all_customers(
    name: str, api: Emulator, http: aiohttp.ClientSession
) -> None:
    """The failed jobs of all customers come newest first, with the customer's name."""
    async with serve(name) as backend, http.get(f"{backend.url}/failed") as response:
        body = await response.json()

    times = [job["created_at"] for job in body["jobs"]]
    assert failed_jobs(api, 0, 1) == {job["uuid"] for job in body["jobs"]}
    assert sorted(times, reverse=True) == times
    assert {"acme", "globex"} == {job["customer"] for job in body["jobs"]}
    assert ({}, [], True) == (body["errors"], body["late"], body["complete"])


async def test_late_customer(
    name: str, api: Emulator, http: aiohttp.ClientSession
) -> None:
    """A customer that exceeds the time budget is late; the others' jobs are there."""
    api.fail(Fault(hang=True, token=api.tokens[1], times=None))

    async with serve(name, WAIT=0.5) as backend:
        async with http.get(f"{backend.url}/failed") as response:
            body = await response.json()

    assert failed_jobs(api, 0) == {job["uuid"] for job in body["jobs"]}
    assert ({}, ["globex"]) == (body["errors"], body["late"])
    assert not body["complete"]


async def test_dead_token(
    name: str,
    api: Emulator,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A customer's dead token is an error of that customer only."""
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_GLOBEX", "revoked")

    async with serve(name) as backend, http.get(f"{backend.url}/failed") as response:
        body = await response.json()

    assert 200 == response.status
    assert failed_jobs(api, 0) == {job["uuid"] for job in body["jobs"]}
    assert "AuthenticationError" == body["errors"]["globex"]["type"]
    assert (["globex"], []) == ([*body["errors"]], body["late"])
    assert not body["complete"]
