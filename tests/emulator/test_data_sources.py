"""Data sources of knowledge bases."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async.emulator import Emulator

from .http_client import BASES, MODEL, SPACES, HttpClient

SECRET = "a-secret"
DEFAULT = {
    "chunking_algorithm": "CHUNKING_ALGORITHM_SECTION_BASED",
    "chunking_options": {"max_chunk_size": 750},
}
KINDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "spaces_data_source",
        {"bucket_name": "b", "item_path": "p", "region": "tor1"},
        {"bucket_name": "b", "item_path": "p", "region": "tor1"},
    ),
    (
        "aws_data_source",
        {"bucket_name": "b", "region": "r", "key_id": "k", "secret_key": SECRET},
        {"bucket_name": "b", "region": "r"},
    ),
    (
        "web_crawler_data_source",
        {"base_url": "http://a.example.com", "crawling_option": "PATH"},
        {
            "base_url": "http://a.example.com",
            "crawling_option": "PATH",
            "embed_media": False,
            "exclude_tags": [],
        },
    ),
    (
        "file_upload_data_source",
        {"stored_object_key": "k", "original_file_name": "f", "size_in_bytes": 5},
        {"stored_object_key": "k", "original_file_name": "f", "size_in_bytes": "5"},
    ),
    (
        "dropbox_data_source",
        {"folder": "/f", "refresh_token": SECRET},
        {"folder": "/f"},
    ),
    (
        "google_drive_data_source",
        {"folder_id": "1", "refresh_token": SECRET},
        {"folder_id": "1", "folder_name": "Shared folder"},
    ),
    ("google_drive_data_source", {"refresh_token": SECRET}, {}),
]
ADDED = KINDS[:4]


@pytest.mark.parametrize(("kind", "given", "shown"), KINDS)
async def test_kinds(
    api: Emulator, call: HttpClient, kind: str, given: object, shown: object
) -> None:
    """A knowledge base is created with any kind of source; secrets are not shown."""
    base = await call.create_base(api, {kind: given})
    response = await call(api, f"{BASES}/{base}/data_sources")
    (source,) = response.json["knowledge_base_data_sources"]

    assert shown == source[kind]
    assert DEFAULT.items() <= source.items()
    assert [source] == list(api.data_sources(base))
    assert SECRET.encode() not in response.body
    assert SECRET not in repr(api.requests)


@pytest.mark.parametrize(("kind", "given", "shown"), ADDED)
async def test_added(
    api: Emulator, call: HttpClient, kind: str, given: object, shown: object
) -> None:
    """Buckets, websites and uploaded files can be added later."""
    base = await call.create_base(api)
    response = await call.post(api, f"{BASES}/{base}/data_sources", **{kind: given})

    assert shown == response.json["knowledge_base_data_source"][kind]
    assert response.json["knowledge_base_data_source"] == api.data_sources(base)[0]


@pytest.mark.parametrize(("kind", "given", "shown"), KINDS[4:])
async def test_other_kinds_cannot_be_added(
    api: Emulator, call: HttpClient, kind: str, given: object, shown: object
) -> None:
    """Folders cannot be added, as in the API's description."""
    base = await call.create_base(api)
    response = await call.post(api, f"{BASES}/{base}/data_sources", **{kind: given})

    assert (422, ()) == (response.status, api.data_sources(base))


async def test_buckets_show_deprecated_members(api: Emulator, call: HttpClient) -> None:
    """A bucket's members also appear in their deprecated place."""
    base = await call.create_base(api, SPACES)
    (source,) = api.data_sources(base)

    assert ("files", "tor1") == (source["bucket_name"], source["region"])


BUCKET = {"bucket_name": "b", "item_path": "p", "region": "r"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"bucket_name": "b", "item_path": "p", "bucket_region": "r"},
            {"spaces_data_source": BUCKET},
        ),
        (
            {"bucketName": "b", "itemPath": "p", "bucketRegion": "r"},
            {"spaces_data_source": BUCKET},
        ),
        (
            {
                "spacesDataSource": {"bucketName": "b", "itemPath": "p", "region": "r"},
                "chunkingAlgorithm": 3,
                "chunkingOptions": {"maxChunkSize": "500"},
            },
            {
                "spaces_data_source": BUCKET,
                "chunking_algorithm": "CHUNKING_ALGORITHM_SEMANTIC",
                "chunking_options": {"max_chunk_size": 500},
            },
        ),
        (
            {"web_crawler_data_source": {"base_url": "http://a", "crawling_option": 2}},
            {
                "web_crawler_data_source": {
                    "base_url": "http://a",
                    "crawling_option": "PATH",
                    "embed_media": False,
                    "exclude_tags": [],
                }
            },
        ),
    ],
)
async def test_other_spellings(
    api: Emulator, call: HttpClient, given: object, expected: dict[str, Any]
) -> None:
    """Deprecated members, lowerCamelCase and enum numbers are read."""
    (source,) = api.data_sources(await call.create_base(api, given))

    assert expected == {name: source[name] for name in expected}


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({}, 422, "exactly one"),
        ({"bucket_name": ""}, 422, "exactly one"),
        ({"bucket_name": "b", "bucket_region": 1}, 400, "region"),
        ({**SPACES, "chunking_algorithm": 5}, 400, "chunking_algorithm"),
        ({**SPACES, "chunking_algorithm": ""}, 400, "chunking_algorithm"),
        ({**SPACES, "chunking_algorithm": True}, 400, "chunking_algorithm"),
        ({"spaces_data_source": None}, 422, "exactly one"),
        ({**SPACES, "aws_data_source": {"bucket_name": "b"}}, 422, "exactly one"),
        ({**SPACES, "dropbox_data_source": {}}, 422, "exactly one"),
        ({"spaces_data_source": {}}, 422, "spaces_data_source.bucket_name"),
        ({"aws_data_source": {"bucket_name": " "}}, 422, "bucket_name"),
        ({"aws_data_source": {"bucket_name": "b", "key_id": 1}}, 400, "key_id"),
        ({"web_crawler_data_source": {}}, 422, "base_url"),
        ({"web_crawler_data_source": {"base_url": "ftp://a"}}, 422, "http"),
        ({"web_crawler_data_source": {"base_url": "https://"}}, 422, "http"),
        ({"web_crawler_data_source": {"base_url": "http://[a"}}, 422, "http"),
        (
            {
                "web_crawler_data_source": {
                    "base_url": "http://a",
                    "crawling_option": "ALL",
                }
            },
            400,
            "crawling_option",
        ),
        (
            {
                "file_upload_data_source": {
                    "stored_object_key": "a",
                    "size_in_bytes": "-1",
                }
            },
            422,
            "file_upload_data_source.size_in_bytes",
        ),
        ({"spaces_data_source": "b"}, 400, "an object"),
        ({**SPACES, "chunking_algorithm": "BY_HAND"}, 400, "chunking_algorithm"),
        ({**SPACES, "chunking_options": {"max_chunk_size": 9000}}, 422, "64 to 8192"),
        ({**SPACES, "chunking_options": {"child_chunk_size": 1}}, 422, "64 to 8192"),
        ({**SPACES, "chunking_options": {"semantic_threshold": 2}}, 422, "0 to 1"),
        ({**SPACES, "chunking_options": {"max_chunk_size": "x"}}, 400, "max_chunk"),
    ],
)
async def test_rejected(
    api: Emulator, call: HttpClient, fields: dict[str, Any], status: int, message: str
) -> None:
    """An invalid source is rejected, whether created or added."""
    base = await call.create_base(api)
    added = await call.post(api, f"{BASES}/{base}/data_sources", **fields)
    created = await call.post(
        api,
        BASES,
        name="x",
        region="tor1",
        embedding_model_uuid=MODEL,
        datasources=[fields],
    )

    assert [status, status] == [added.status, created.status]
    assert message in added.message
    assert message in created.message
    assert () == api.data_sources(base)


async def test_chunking(api: Emulator, call: HttpClient) -> None:
    """Chunking is stored as requested, with sizes that the model allows."""
    chunking = {
        "chunking_algorithm": "CHUNKING_ALGORITHM_SEMANTIC",
        "chunking_options": {"max_chunk_size": 500, "semantic_threshold": 0.5},
    }
    sizes = {"chunking_options": {"parent_chunk_size": 1000, "child_chunk_size": 350}}
    base = await call.create_base(api, {**SPACES, **sizes}, {**SPACES, **chunking})

    assert chunking.items() <= api.data_sources(base)[0].items()
    assert sizes.items() <= api.data_sources(base)[1].items()


async def test_update(api: Emulator, call: HttpClient) -> None:
    """An update changes the given chunking members and the date."""
    base = await call.create_base(api, SPACES)
    (source,) = api.data_sources(base)
    api.advance(3)
    changes = {"chunking_algorithm": "CHUNKING_ALGORITHM_FIXED_LENGTH"}
    path = f"{BASES}/{base}/data_sources/{source['uuid']}"
    response = await call.put(api, path, **changes, chunking_options={})
    rejected = await call.put(api, path, chunking_options={"max_chunk_size": 9})
    date = {"updated_at": "2026-11-01T12:00:03Z"}

    assert {**source, **changes, **date} == response.json["knowledge_base_data_source"]
    assert 422 == rejected.status


async def test_delete(api: Emulator, call: HttpClient) -> None:
    """A source is deleted unless an unfinished job includes it."""
    base = await call.create_base(api, SPACES, SPACES)
    second, first = (str(it["uuid"]) for it in api.data_sources(base))
    await call.start(api, base, data_source_uuids=[first])
    path = f"{BASES}/{base}/data_sources"
    busy, idle = [await call.delete(api, f"{path}/{it}") for it in (first, second)]
    api.advance(60)
    ended = await call.delete(api, f"{path}/{first}")

    assert [409, 200, 200] == [busy.status, idle.status, ended.status]
    assert {"data_source_uuid": first, "knowledge_base_uuid": base} == ended.json
    assert () == api.data_sources(base)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_sources_of_other_knowledge_bases(
    api: Emulator, call: HttpClient, method: str
) -> None:
    """A source of another knowledge base is not found."""
    here, there = [await call.create_base(api, SPACES) for _ in range(2)]
    uuid = api.data_sources(there)[0]["uuid"]
    response = await call(api, f"{BASES}/{here}/data_sources/{uuid}", method=method)

    assert 404 == response.status
