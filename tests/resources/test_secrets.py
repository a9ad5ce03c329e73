"""The keys of data sources are in no variable that a traceback shows."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import pytest
from attrs import evolve

from gradient_async import (
    AWSDataSource,
    BadRequestError,
    ChunkingOptions,
    Client,
    ConfigurationError,
    DecodeError,
    DropboxDataSource,
    GoogleDriveDataSource,
    GradientError,
    NewDataSource,
    OutcomeUnknownError,
    RateLimit,
    RetryPolicy,
    ServerError,
    UnprocessableEntityError,
)
from gradient_async.resources.bodies import build_body
from tests.resources.canned_calls import Call
from tests.support.raw_server import HANG, RawServer, raw_response
from tests.support.secrets import texts_of_error

SECRET: Final = "hunter2"
AWS: Final = AWSDataSource(bucket_name="shown", key_id=SECRET, secret_key=SECRET)
SOURCES: Final = [
    AWS,
    NewDataSource(AWS, chunking_algorithm="semantic"),
    DropboxDataSource(folder="shown", refresh_token=SECRET),
    GoogleDriveDataSource(folder_id="shown", refresh_token=SECRET),
]


def add(source: Any = AWS, uuid: Any = "kb-1", **arguments: Any) -> Call[object]:
    """Return a call that adds a data source with a key."""
    return lambda it: it.data_sources.create(uuid, source, **arguments)


def create(name: str = "Manuals", **arguments: Any) -> Call[object]:
    """Return a call that creates a knowledge base of data sources with keys."""
    all_arguments: Any = {"data_sources": SOURCES} | arguments
    return lambda it: it.knowledge_bases.create(name, **all_arguments)


async def failure(call: Call[object], served: bytes) -> GradientError:
    """Make a call that fails with this response; return the error."""
    async with (
        RawServer(served) as server,
        Client(
            "token",
            base_url=server.url,
            rate_limit=RateLimit(None),
            retry=RetryPolicy(attempts=2),
            timeout=20.0,
        ) as client,
    ):
        with pytest.raises(GradientError) as caught:
            await call(client)
    return caught.value


def find_secret(error: GradientError) -> list[str]:
    """Return each text of the error that contains the secret."""
    return [text for text in texts_of_error(error) if SECRET in text]


@pytest.mark.parametrize("call", [add(), create()], ids=["add", "create"])
@pytest.mark.parametrize(
    ("kind", "served"),
    [
        (BadRequestError, raw_response(status="400 X")),
        (UnprocessableEntityError, raw_response(b'{"message": "no"}', status="422 X")),
        (ServerError, raw_response(status="500 X")),
        (DecodeError, raw_response(b"{}")),
        (DecodeError, raw_response(b"<html>")),
        (OutcomeUnknownError, b""),
        (OutcomeUnknownError, HANG),
    ],
)
async def test_calls_that_fail(
    kind: type[GradientError], served: bytes, call: Call[object]
) -> None:
    """However a call with a key in its body fails, no frame of it shows the key."""
    error = await failure(call, served)

    assert kind is type(error)
    assert [] == find_secret(error)


BAD: Final = AWSDataSource(bucket_name=5, secret_key=SECRET)  # type: ignore[arg-type]  # the claim


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("chunking_algorithm: 'fast' is none of", add(chunking_algorithm="fast")),
        ("chunking_options must be a ChunkingOptions", add(chunking_options={})),
        ("size: 'huge' is none of", create(size="huge")),
        ("vpc_uuid must not be empty", create(vpc_uuid="")),
        ("tags must be a list of strings", create(tags="one")),
        ("reranking_config must be a Reranking", create(reranking_config={})),
        ("a data source must be one of", create(data_sources=[*SOURCES, 5])),
        (
            "data source: bucket_name must be a str",
            create(data_sources=[*SOURCES, BAD]),
        ),
    ],
)
async def test_calls_that_are_refused(text: str, call: Call[object]) -> None:
    """If another argument is refused, no frame shows the key."""
    error = await failure(call, HANG)

    assert ConfigurationError is type(error)
    assert text in str(error)
    assert [] == find_secret(error)


HALF: Final = "\ud800"
HALVES: Final = [
    {field: text}
    for field in ("bucket_name", "key_id", "secret_key", "region")
    for text in (HALF, SECRET + HALF, f"{HALF}{SECRET}")
    if field in {"key_id", "secret_key"} or SECRET not in text
]
NO_JSON: Final = "the body must contain only JSON values"
NO_UTF_8: Final = "contains an unpaired surrogate"
NAN: Final = ChunkingOptions(semantic_threshold=math.nan)
UNSAYABLE: Final = NewDataSource(AWS, chunking_options=NAN)
ENDLESS: Final = ChunkingOptions(semantic_threshold=math.inf)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        *(("knowledge_base_uuid must", add(uuid=it)) for it in ("", "..", "a/b")),
        *(("knowledge_base_uuid must", add(uuid=it)) for it in ("\n", HALF, "x" * 256)),
        ("knowledge_base_uuid must be a string", add(uuid=None)),
        ("knowledge_base_uuid must be a string", add(uuid=AWS)),
        (NO_JSON, add(chunking_options=NAN)),
        (NO_JSON, add(chunking_options=ENDLESS)),
        (NO_JSON, create(data_sources=[*SOURCES, UNSAYABLE])),
        (NO_JSON, create(data_sources=[UNSAYABLE, *SOURCES])),
        (NO_UTF_8, create(HALF)),
        (NO_UTF_8, create(tags=["a", HALF])),
        (NO_UTF_8, create(project_id=HALF)),
        *((NO_JSON, add(evolve(AWS, **it))) for it in HALVES),
        *((NO_JSON, create(data_sources=[evolve(AWS, **it)])) for it in HALVES),
        (
            NO_JSON,
            create(data_sources=[DropboxDataSource(refresh_token=SECRET + HALF)]),
        ),
        (
            NO_JSON,
            create(data_sources=[GoogleDriveDataSource(refresh_token=HALF + SECRET)]),
        ),
        ("name must not be empty", create("")),
    ],
)
async def test_calls_that_cannot_be_encoded(text: str, call: Call[object]) -> None:
    """If the path or the body cannot be encoded, no frame shows the key."""
    error = await failure(call, HANG)

    assert ConfigurationError is type(error)
    assert text in str(error)
    assert [] == find_secret(error)


def test_bodies_hide_themselves() -> None:
    """The repr of a body shows its keys only."""
    body = build_body({"name": "shown", "key": SECRET, "nothing": None})

    assert "<body of name, key>" == repr(body)
    assert SECRET not in f"{body}{body!s}{[body]}{ ({'a': body}) }"
    assert {"name": "shown", "key": SECRET} == body
    assert SECRET in json.dumps(body)
