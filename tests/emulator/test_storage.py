"""The storage site: uploads and reports."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from gradient_async.emulator import Emulator, Fault

from .http_client import BASES, JOBS, MODEL, SPACES, UPLOADS, HttpClient, Response

NEW = {"name": "New", "region": "tor1", "embedding_model_uuid": MODEL}


async def presign(
    api: Emulator, call: HttpClient, *, name: str = "a.pdf", size: int = 5
) -> dict[str, Any]:
    """Request one presigned URL."""
    response = await call.post(
        api, UPLOADS, files=[{"file_name": name, "file_size": size}]
    )
    (upload,) = response.json["uploads"]
    return dict(upload)


async def send(
    call: HttpClient, url: str, data: object = None, *, method: str = "PUT"
) -> Response:
    """Send a request to the storage site."""
    async with call.session.request(method, url, data=data) as response:
        return Response(response.status, response.headers, await response.read())


def code(response: Response) -> str | None:
    """Return the code of an XML error."""
    return ET.fromstring(response.body).findtext("Code")


async def test_presigned_urls(api: Emulator, call: HttpClient) -> None:
    """Each file gets its own key, and a URL that is valid for 15 minutes."""
    files = [
        {"file_name": "a.pdf", "file_size": "5"},
        {"file_name": "b", "file_size": 1},
    ]
    response = await call.post(api, UPLOADS, files=files)
    first, second = response.json["uploads"]

    assert response.headers["x-request-id"] == response.json["request_id"]
    assert ("a.pdf", "2026-11-01T12:15:00Z") == (
        first["original_file_name"],
        first["expires_at"],
    )
    assert first["object_key"].endswith(".pdf")
    assert "." not in second["object_key"]
    assert first["presigned_url"].startswith(
        f"{api.storage_url}/uploads/{first['object_key']}?X-Amz-Algorithm="
    )
    assert api.storage_url != api.url


@pytest.mark.parametrize(
    "files",
    [
        None,
        [],
        [{"file_name": "", "file_size": 1}],
        [{"file_name": "a", "file_size": 0}],
        [{"file_name": "a", "file_size": -1}],
    ],
)
async def test_invalid_files(api: Emulator, call: HttpClient, files: object) -> None:
    """A file needs a name and a positive size."""
    response = await call.post(api, UPLOADS, files=files)

    assert 422 == response.status


async def test_upload(api: Emulator, call: HttpClient) -> None:
    """An upload may arrive in chunks; its size and digest are recorded."""
    content = bytes(range(256)) * 1000

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    upload = await presign(api, call, size=len(content))
    response = await send(call, upload["presigned_url"], pieces())
    (received,) = api.uploads

    assert (200, b"") == (response.status, response.body)
    assert response.headers["date"].startswith("Sun, 01 Nov 2026 12:00:")
    assert (
        upload["object_key"],
        len(content),
        hashlib.sha256(content).hexdigest(),
    ) == (
        received.object_key,
        received.size,
        received.sha256,
    )
    assert "chunked" == received.headers["transfer-encoding"]
    assert asyncio.get_running_loop().time() >= received.at
    assert 1 == len(api.requests)


async def test_uploaded_files_are_indexed(api: Emulator, call: HttpClient) -> None:
    """A source is indexed once its file is uploaded, and again after a new upload."""
    upload = await presign(api, call)
    source = {"stored_object_key": upload["object_key"], "size_in_bytes": "5"}
    base = await call.create_base(api, {"file_upload_data_source": source})
    statuses = []
    for data in (None, b"first", None, b"again"):
        if data is not None:
            await send(call, upload["presigned_url"], data)
        uuid = await call.start(api, base)
        api.advance(60)
        job = await call.job(api, uuid)
        statuses.append(job["status"].removeprefix("INDEX_JOB_STATUS_"))

    assert ["FAILED", "COMPLETED", "NO_CHANGES", "COMPLETED"] == statuses


@pytest.mark.parametrize("data", [b"", b"four", b"sixsix"])
async def test_other_sizes(api: Emulator, call: HttpClient, data: bytes) -> None:
    """A file of another size than announced is rejected."""
    upload = await presign(api, call)
    response = await send(call, upload["presigned_url"], data)

    assert (400, "IncompleteBody", []) == (response.status, code(response), api.uploads)
    assert "application/xml" == response.headers["content-type"]


async def test_wrong_signatures(api: Emulator, call: HttpClient) -> None:
    """A signature is valid only for its own URL."""
    first, second = [await presign(api, call) for _ in range(2)]
    url = str(first["presigned_url"])
    urls = [
        url.replace(first["object_key"], second["object_key"]),
        url.replace("Expires=900", "Expires=9000"),
        url[:-1],
        url.partition("&")[0],
        url.partition("?")[0],
    ]
    responses = [await send(call, it, b"12345") for it in urls]

    assert [(403, "SignatureDoesNotMatch")] * 5 == [
        (response.status, code(response)) for response in responses
    ]
    assert [] == api.uploads


async def test_expiry(api: Emulator, call: HttpClient) -> None:
    """A URL expires by the emulator's clock."""
    upload = await presign(api, call)
    api.advance(899)
    await asyncio.sleep(0.5)
    early = await send(call, upload["presigned_url"], b"12345")
    await asyncio.sleep(0.5)
    late = await send(call, upload["presigned_url"], b"12345")

    assert 200 == early.status
    assert (403, "AccessDenied") == (late.status, code(late))


async def test_slow_uploads(api: Emulator, call: HttpClient) -> None:
    """A URL must be valid when the request arrives, not when it ends."""
    upload = await presign(api, call, size=10)
    api.advance(800)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"12345"
        await asyncio.sleep(200)
        yield b"67890"

    response = await send(call, upload["presigned_url"], pieces())

    assert 200 == response.status


async def test_tokens_are_rejected(api: Emulator, call: HttpClient) -> None:
    """A token beside a signature is rejected, as by Amazon S3."""
    upload = await presign(api, call)
    headers = {"authorization": f"Bearer {api.token}"}
    async with call.session.put(
        upload["presigned_url"], data=b"12345", headers=headers
    ) as raw:
        response = Response(raw.status, raw.headers, await raw.read())

    assert (400, "InvalidRequest", []) == (response.status, code(response), api.uploads)


async def test_requests_are_recorded(api: Emulator, call: HttpClient) -> None:
    """Requests to the site are recorded apart from the API's, rejected ones too."""
    upload = await presign(api, call)
    path = f"/uploads/{upload['object_key']}"
    responses = [
        await send(call, upload["presigned_url"], b"12345"),
        await send(call, api.storage_url + path, b"12345"),
        await send(call, api.storage_url + "/reports/a.csv", method="GET"),
    ]

    assert [("PUT", path, 200), ("PUT", path, 403), ("GET", "/reports/a.csv", 403)] == [
        (it.method, it.path, it.status) for it in api.storage_requests
    ]
    assert [response.headers["x-amz-request-id"] for response in responses] == [
        it.request_id for it in api.storage_requests
    ]
    assert {(None, b"")} == {(it.account, it.body) for it in api.storage_requests}
    assert 1 == len(api.requests)


async def test_files_belong_to_accounts(call: HttpClient) -> None:
    """An uploaded file is invisible to other accounts."""
    async with Emulator(jobs=0, accounts=2, database_seconds=0) as api:
        upload = await presign(api, call)
        await send(call, upload["presigned_url"], b"12345")
        statuses = []
        for token in api.tokens:
            mine = f"Bearer {token}"
            source = {"stored_object_key": upload["object_key"]}
            base = await call(
                api,
                BASES,
                method="POST",
                authorization=mine,
                json=NEW | {"datasources": [{"file_upload_data_source": source}]},
            )
            uuid = base.json["knowledge_base"]["uuid"]
            body = {"knowledge_base_uuid": uuid}
            await call(api, JOBS, method="POST", authorization=mine, json=body)
            api.advance(60)
            statuses.append(str(api.jobs(token)[0]["status"]))

    assert ["INDEX_JOB_STATUS_COMPLETED", "INDEX_JOB_STATUS_FAILED"] == statuses


@pytest.mark.parametrize("size", [0, 5, 2**63 - 1])
async def test_size_of_the_file_counts(
    api: Emulator, call: HttpClient, size: int
) -> None:
    """The size of the file counts, not the one in its data source."""
    upload = await presign(api, call, size=12)
    await send(call, upload["presigned_url"], b"x" * 12)
    source = {"stored_object_key": upload["object_key"], "size_in_bytes": str(size)}
    base = await call.create_base(api, {"file_upload_data_source": source})
    uuid = await call.start(api, base)
    api.advance(60)
    job = await call.job(api, uuid)

    assert (3, "12") == (job["tokens"], job["data_source_jobs"][0]["total_bytes"])


async def test_report_of_another_account(call: HttpClient) -> None:
    """The site has the reports of all accounts."""
    async with Emulator(jobs=20, accounts=2, database_seconds=0) as api:
        job = next(it for it in api.jobs(api.tokens[1]) if it["is_report_available"])
        url = await call(
            api,
            f"{JOBS}/{job['uuid']}/details_signed_url",
            authorization=f"Bearer {api.tokens[1]}",
        )
        report = await send(call, url.json["signed_url"], method="GET")

    assert 200 == report.status


async def test_report(api: Emulator, call: HttpClient) -> None:
    """The report on a job is a table of its data sources."""
    base = await call.create_base(api, SPACES, SPACES)
    uuid = await call.start(api, base)
    early = await call(api, f"{JOBS}/{uuid}/details_signed_url")
    api.advance(60)
    response = await call(api, f"{JOBS}/{uuid}/details_signed_url")
    report = await send(call, response.json["signed_url"], method="GET")
    rows = list(csv.DictReader(io.StringIO(report.body.decode())))
    job = await call.job(api, uuid)

    assert (404, "not_found") == (early.status, early.json["id"])
    assert (200, "text/csv") == (report.status, report.headers["content-type"])
    assert job["data_source_uuids"] == [row["data_source_uuid"] for row in rows]
    assert {"DATA_SOURCE_STATUS_UPDATED"} == {row["status"] for row in rows}


async def test_report_of_a_removed_job(api: Emulator, call: HttpClient) -> None:
    """A report is deleted with its job."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    api.advance(60)
    url = (await call(api, f"{JOBS}/{uuid}/details_signed_url")).json["signed_url"]
    api.remove_job(uuid)
    response = await send(call, url, method="GET")

    assert (404, "NoSuchKey") == (response.status, code(response))


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", (404, "NoSuchKey")),
        ("POST", "/uploads/a", (405, "MethodNotAllowed")),
        ("GET", "/reports/a.csv", (403, "SignatureDoesNotMatch")),
    ],
)
async def test_other_requests(
    api: Emulator, call: HttpClient, method: str, path: str, expected: tuple[int, str]
) -> None:
    """Other requests get the errors of an object store."""
    response = await send(call, api.storage_url + path, method=method)

    assert expected == (response.status, code(response))


async def test_faults_need_a_path(api: Emulator, call: HttpClient) -> None:
    """Only faults with a path apply, with the error body of an object store."""
    upload = await presign(api, call)
    api.fail(
        Fault(status=500),
        Fault(status=503, headers={"x-amz-id-2": "1"}, path="/uploads/*"),
        Fault(status=599, path="/uploads/*"),
    )
    slow, odd, normal = [
        await send(call, upload["presigned_url"], b"12345") for _ in range(3)
    ]

    assert (503, "SlowDown", "1") == (
        slow.status,
        code(slow),
        slow.headers["x-amz-id-2"],
    )
    assert (599, "Error") == (odd.status, code(odd))
    assert 200 == normal.status
    assert 500 == (await call(api)).status


async def test_dropped_uploads(api: Emulator, call: HttpClient) -> None:
    """Even a large upload is dropped without a response."""
    upload = await presign(api, call, size=5_000_000)
    # The session tries once more by itself.
    api.fail(Fault(drop=True, path="/uploads/*", times=2))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(call, upload["presigned_url"], io.BytesIO(b"x" * 5_000_000))


async def test_interrupted_uploads(api: Emulator, call: HttpClient) -> None:
    """An interrupted upload is not stored, and can be sent again."""
    upload = await presign(api, call, size=1_000_000)
    data = b"x" * 1_000_000
    api.fail(Fault(drop_after=100_000, path="/uploads/*", method="PUT", times=2))
    with pytest.raises(aiohttp.ClientConnectionError):
        await send(call, upload["presigned_url"], data)
    api.fail(Fault(lose=True, path="/uploads/*"))
    response = await send(call, upload["presigned_url"], data)

    assert 200 == response.status
    assert {1_000_000} == {it.size for it in api.uploads}


async def test_life_cycle(call: HttpClient) -> None:
    """The site runs as long as the server, and keeps what it received."""
    api = Emulator(jobs=0, database_seconds=0)
    with pytest.raises(RuntimeError, match="not running"):
        _ = api.storage_url
    async with api:
        upload = await presign(api, call)
        await send(call, upload["presigned_url"], b"12345")
        api.fail(Fault(hang=True, path="/uploads/*"))
        hanging = asyncio.create_task(send(call, upload["presigned_url"], b"12345"))
        await asyncio.sleep(1)
    with pytest.raises(aiohttp.ClientError):
        await hanging
    async with api:
        again = await presign(api, call)
        response = await send(call, again["presigned_url"], b"12345")

    assert 200 == response.status
    assert [upload["object_key"], again["object_key"]] == [
        it.object_key for it in api.uploads
    ]


async def test_expired_keys_are_forgotten(api: Emulator, call: HttpClient) -> None:
    """What was announced and never sent is forgotten when its URL has expired."""
    counts = []
    for seconds in (0, 0, 600, 600):
        api.advance(seconds)
        await presign(api, call)
        counts.append(len(api._platform.store.expected))

    assert [1, 2, 3, 2] == counts


async def test_urls_survive_a_restart(call: HttpClient) -> None:
    """A presigned URL stays valid across a restart."""
    api = Emulator(jobs=0, database_seconds=0)
    async with api:
        upload = await presign(api, call)
    async with api:
        response = await send(call, upload["presigned_url"], b"12345")

    assert 200 == response.status


async def test_port_is_taken_at_restart(call: HttpClient) -> None:
    """If its port is taken at a restart, the site uses another free one."""
    api = Emulator(jobs=0, database_seconds=0)
    async with api:
        port = urlsplit(api.storage_url).port
    with socket.create_server(("127.0.0.1", port or 0)):
        async with api:
            upload = await presign(api, call)
            response = await send(call, upload["presigned_url"], b"12345")

    assert 200 == response.status
