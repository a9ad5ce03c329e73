"""`POST /customers/{customer}/jobs/{uuid}/cancel`, and how errors are shown."""

from __future__ import annotations

import aiohttp
import pytest

from gradient_async.emulator import Emulator, Fault
from tests.examples.backends import serve

pytestmark = pytest.mark.real_time


async def test_cancel(name: str, api: Emulator, http: aiohttp.ClientSession) -> None:
    """A running job of a customer is cancelled, and returned as JSON."""
    uuid = api.job_uuids(api.tokens[1])[0]

    async with serve(name) as backend:
        url = f"{backend.url}/customers/globex/jobs/{uuid}/cancel"
        async with http.post(url) as response:
            job = await response.json()

    assert 200 == response.status
    assert (uuid, "cancelled") == (job["uuid"], job["status"])
    assert "INDEX_JOB_STATUS_CANCELLED" == api.jobs(api.tokens[1])[0]["status"]


async def test_errors(name: str, api: Emulator, http: aiohttp.ClientSession) -> None:
    """Errors of the API keep their status where it helps the browser, or become 502."""
    uuids = api.job_uuids()
    api.fail(Fault(status=401, path=f"*/{uuids[1]}/cancel"))
    expected = {
        uuids[-1]: (409, "ConflictError"),
        "11111111-1111-4111-8111-111111111111": (404, "NotFoundError"),
        uuids[1]: (502, "AuthenticationError"),
    }

    found = {}
    async with serve(name) as backend:
        for uuid in expected:
            url = f"{backend.url}/customers/acme/jobs/{uuid}/cancel"
            async with http.post(url) as response:
                error = await response.json()
            found[uuid] = (response.status, error["type"])
            assert "acme" == error["account"]

    assert expected == found


async def test_unknown_customer(
    name: str, api: Emulator, http: aiohttp.ClientSession
) -> None:
    """A customer that does not exist is a 404, without a request to the API."""
    async with serve(name) as backend:
        url = f"{backend.url}/customers/nobody/jobs/{api.job_uuids()[0]}/cancel"
        async with http.post(url) as response:
            text = await response.text()

    assert 404 == response.status
    assert "UnknownAccountError" in text
    assert "no account named 'nobody'" in text
    assert [] == api.requests
