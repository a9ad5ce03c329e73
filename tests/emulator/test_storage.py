"""The storage site: uploads come in, and reports go out."""

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

from .calling import BASES, JOBS, MODEL, SPACES, Caller, Reply

NEW = {"name": "New", "region": "tor1", "embedding_model_uuid": MODEL}
PRESIGN = f"{BASES}/data_sources/file_upload_presigned_urls"


async def presign(
    api: Emulator, call: Caller, *, name: str = "a.pdf", size: int = 5
) -> dict[str, Any]:
    """Ask for one URL."""
    reply = await call.post(
        api, PRESIGN, files=[{"file_name": name, "file_size": size}]
    )
    (upload,) = reply.json["uploads"]
    return dict(upload)


async def send(
    call: Caller, url: str, data: object = None, *, method: str = "PUT"
) -> Reply:
    """Send a request to the storage site."""
    async with call.session.request(method, url, data=data) as response:
        return Reply(response.status, response.headers, await response.read())


def code(reply: Reply) -> str | None:
    """Give the code of an error in XML."""
    return ET.fromstring(reply.body).findtext("Code")


async def test_presigned_urls(api: Emulator, call: Caller) -> None:
    """Each file gets a name of its own, and a URL for a quarter of an hour."""
    files = [
        {"file_name": "a.pdf", "file_size": "5"},
        {"file_name": "b", "file_size": 1},
    ]
    reply = await call.post(api, PRESIGN, files=files)
    first, second = reply.json["uploads"]

    assert reply.headers["x-request-id"] == reply.json["request_id"]
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
async def test_nothing_to_presign(api: Emulator, call: Caller, files: object) -> None:
    """A file needs a name and a content."""
    reply = await call.post(api, PRESIGN, files=files)

    assert 422 == reply.status


async def test_upload(api: Emulator, call: Caller) -> None:
    """An upload arrives in pieces, and leaves its size and digest behind."""
    content = bytes(range(256)) * 1000

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    upload = await presign(api, call, size=len(content))
    reply = await send(call, upload["presigned_url"], pieces())
    (received,) = api.uploads

    assert (200, b"") == (reply.status, reply.body)
    assert reply.headers["date"].startswith("Sun, 01 Nov 2026 12:00:")
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


async def test_uploaded_files_are_indexed(api: Emulator, call: Caller) -> None:
    """A source whose file has come is indexed, and again when it comes anew."""
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
async def test_other_sizes(api: Emulator, call: Caller, data: bytes) -> None:
    """A file of another size than announced is not taken."""
    upload = await presign(api, call)
    reply = await send(call, upload["presigned_url"], data)

    assert (400, "IncompleteBody", []) == (reply.status, code(reply), api.uploads)
    assert "application/xml" == reply.headers["content-type"]


async def test_wrong_signatures(api: Emulator, call: Caller) -> None:
    """A signature is good for its own URL only, and for its own method."""
    first, second = [await presign(api, call) for _ in range(2)]
    url = str(first["presigned_url"])
    urls = [
        url.replace(first["object_key"], second["object_key"]),
        url.replace("Expires=900", "Expires=9000"),
        url[:-1],
        url.partition("&")[0],
        url.partition("?")[0],
    ]
    replies = [await send(call, it, b"12345") for it in urls]

    assert [(403, "SignatureDoesNotMatch")] * 5 == [
        (reply.status, code(reply)) for reply in replies
    ]
    assert [] == api.uploads


async def test_expiry(api: Emulator, call: Caller) -> None:
    """A URL is good until its time is over, by the emulator's clock."""
    upload = await presign(api, call)
    api.advance(899)
    await asyncio.sleep(0.5)
    early = await send(call, upload["presigned_url"], b"12345")
    await asyncio.sleep(0.5)
    late = await send(call, upload["presigned_url"], b"12345")

    assert 200 == early.status
    assert (403, "AccessDenied") == (late.status, code(late))


async def test_slow_uploads(api: Emulator, call: Caller) -> None:
    """A URL has to be good when the request arrives, not when it ends."""
    upload = await presign(api, call, size=10)
    api.advance(800)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"12345"
        await asyncio.sleep(200)
        yield b"67890"

    reply = await send(call, upload["presigned_url"], pieces())

    assert 200 == reply.status


async def test_tokens_are_refused(api: Emulator, call: Caller) -> None:
    """Who sends a token to a presigned URL is told so, as by Amazon's store."""
    upload = await presign(api, call)
    headers = {"authorization": f"Bearer {api.token}"}
    async with call.session.put(
        upload["presigned_url"], data=b"12345", headers=headers
    ) as response:
        reply = Reply(response.status, response.headers, await response.read())

    assert (400, "InvalidRequest", []) == (reply.status, code(reply), api.uploads)


async def test_requests_are_recorded(api: Emulator, call: Caller) -> None:
    """Whatever reaches the site is recorded, refused or not, apart from the API's."""
    upload = await presign(api, call)
    path = f"/uploads/{upload['object_key']}"
    replies = [
        await send(call, upload["presigned_url"], b"12345"),
        await send(call, api.storage_url + path, b"12345"),
        await send(call, api.storage_url + "/reports/a.csv", method="GET"),
    ]

    assert [("PUT", path, 200), ("PUT", path, 403), ("GET", "/reports/a.csv", 403)] == [
        (it.method, it.path, it.status) for it in api.storage_requests
    ]
    assert [reply.headers["x-amz-request-id"] for reply in replies] == [
        it.request_id for it in api.storage_requests
    ]
    assert {(None, b"")} == {(it.account, it.body) for it in api.storage_requests}
    assert 1 == len(api.requests)


async def test_files_belong_to_accounts(call: Caller) -> None:
    """To another account, a file that was uploaded is one that never came."""
    async with Emulator(jobs=0, accounts=2) as api:
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
async def test_files_are_as_large_as_they_are(
    api: Emulator, call: Caller, size: int
) -> None:
    """The file counts, not what its data source says of it."""
    upload = await presign(api, call, size=12)
    await send(call, upload["presigned_url"], b"x" * 12)
    source = {"stored_object_key": upload["object_key"], "size_in_bytes": str(size)}
    base = await call.create_base(api, {"file_upload_data_source": source})
    uuid = await call.start(api, base)
    api.advance(60)
    job = await call.job(api, uuid)

    assert (3, "12") == (job["tokens"], job["data_source_jobs"][0]["total_bytes"])


async def test_sizes_below_nothing(api: Emulator, call: Caller) -> None:
    """No file is shorter than an empty one."""
    source = {"stored_object_key": "a", "size_in_bytes": "-1"}
    fields = NEW | {"datasources": [{"file_upload_data_source": source}]}
    reply = await call.post(api, BASES, **fields)

    assert 422 == reply.status
    assert "datasources[0].file_upload_data_source.size_in_bytes" in reply.message


async def test_report_of_another_account(call: Caller) -> None:
    """Reports on the jobs of all accounts are on the site."""
    async with Emulator(jobs=20, accounts=2) as api:
        job = next(it for it in api.jobs(api.tokens[1]) if it["is_report_available"])
        url = await call(
            api,
            f"{JOBS}/{job['uuid']}/details_signed_url",
            authorization=f"Bearer {api.tokens[1]}",
        )
        report = await send(call, url.json["signed_url"], method="GET")

    assert 200 == report.status


async def test_report(api: Emulator, call: Caller) -> None:
    """The report on a job is a table of its sources."""
    base = await call.create_base(api, SPACES, SPACES)
    uuid = await call.start(api, base)
    early = await call(api, f"{JOBS}/{uuid}/details_signed_url")
    api.advance(60)
    reply = await call(api, f"{JOBS}/{uuid}/details_signed_url")
    report = await send(call, reply.json["signed_url"], method="GET")
    rows = list(csv.DictReader(io.StringIO(report.body.decode())))
    job = await call.job(api, uuid)

    assert (404, "not_found") == (early.status, early.json["id"])
    assert (200, "text/csv") == (report.status, report.headers["content-type"])
    assert job["data_source_uuids"] == [row["data_source_uuid"] for row in rows]
    assert {"DATA_SOURCE_STATUS_UPDATED"} == {row["status"] for row in rows}


async def test_report_of_a_job_that_is_gone(api: Emulator, call: Caller) -> None:
    """A report goes with its job."""
    base = await call.create_base(api, SPACES)
    uuid = await call.start(api, base)
    api.advance(60)
    url = (await call(api, f"{JOBS}/{uuid}/details_signed_url")).json["signed_url"]
    api.remove_job(uuid)
    reply = await send(call, url, method="GET")

    assert (404, "NoSuchKey") == (reply.status, code(reply))


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", (404, "NoSuchKey")),
        ("POST", "/uploads/a", (405, "MethodNotAllowed")),
        ("GET", "/reports/a.csv", (403, "SignatureDoesNotMatch")),
    ],
)
async def test_other_requests(
    api: Emulator, call: Caller, method: str, path: str, expected: tuple[int, str]
) -> None:
    """Whatever else is asked of the site is refused as an object store does."""
    reply = await send(call, api.storage_url + path, method=method)

    assert expected == (reply.status, code(reply))


async def test_faults_need_a_path(api: Emulator, call: Caller) -> None:
    """Faults without a path wait for the API; the error body is the store's."""
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


async def test_dropped_uploads(api: Emulator, call: Caller) -> None:
    """However large a file is, its connection is dropped without an answer."""
    upload = await presign(api, call, size=5_000_000)
    # The session tries once more by itself.
    api.fail(Fault(drop=True, path="/uploads/*", times=2))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(call, upload["presigned_url"], io.BytesIO(b"x" * 5_000_000))


async def test_connection_lost_in_the_middle(api: Emulator, call: Caller) -> None:
    """An upload that broke off has not arrived, and can be sent again."""
    upload = await presign(api, call, size=1_000_000)
    data = b"x" * 1_000_000
    api.fail(Fault(drop_after=100_000, path="/uploads/*", method="PUT", times=2))
    with pytest.raises(aiohttp.ClientConnectionError):
        await send(call, upload["presigned_url"], data)
    api.fail(Fault(lose=True, path="/uploads/*"))
    reply = await send(call, upload["presigned_url"], data)

    assert 200 == reply.status
    assert {1_000_000} == {it.size for it in api.uploads}


async def test_life(call: Caller) -> None:
    """The site runs as long as the server, and what it received stays."""
    api = Emulator(jobs=0)
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
        reply = await send(call, again["presigned_url"], b"12345")

    assert 200 == reply.status
    assert [upload["object_key"], again["object_key"]] == [
        it.object_key for it in api.uploads
    ]


async def test_urls_survive_a_restart(call: Caller) -> None:
    """A presigned URL is good for as long as it says, a restart between or not."""
    api = Emulator(jobs=0)
    async with api:
        upload = await presign(api, call)
    async with api:
        reply = await send(call, upload["presigned_url"], b"12345")

    assert 200 == reply.status


async def test_port_is_taken_after_a_while(call: Caller) -> None:
    """If somebody else has its port by now, the site takes another free one."""
    api = Emulator(jobs=0)
    async with api:
        port = urlsplit(api.storage_url).port
    with socket.create_server(("127.0.0.1", port or 0)):
        async with api:
            upload = await presign(api, call)
            reply = await send(call, upload["presigned_url"], b"12345")

    assert 200 == reply.status


async def test_taken_port_leaves_nothing(api: Emulator) -> None:
    """A server whose own port is taken does not leave its storage site behind."""
    other = Emulator(jobs=0, port=int(api.url.rpartition(":")[2]))
    with pytest.raises(OSError, match="address"):
        await other.start()

    with pytest.raises(RuntimeError, match="not running"):
        _ = other.storage_url
