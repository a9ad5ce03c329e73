"""Strings that callers pass, odd ones too: sent unchanged, or refused."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, TypeAlias, get_args, get_type_hints
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradient_async import (
    AWSDataSource,
    Client,
    ConfigurationError,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    PresignedUrlFile,
    RerankingConfiguration,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.testing import MemoryTransport, Request
from tests.resources.canned_calls import (
    create_client,
    decode_body,
    error_message,
    perform,
    respond_to_any_call,
)

StringCall: TypeAlias = Callable[[Client, str], Awaitable[object]]
"""A call that passes a string."""

BASES = "/v2/gen-ai/knowledge_bases"
JOBS = "/v2/gen-ai/indexing_jobs"
SCHEDULES = "/v2/gen-ai/scheduled-indexing"


async def list_data_sources(client: Client, text: str) -> object:
    """List data sources in a coroutine, like the other calls."""
    return await client.data_sources.list(text).collect()


IN_PATH: dict[str, tuple[str, StringCall]] = {
    "indexing_jobs.list_for_knowledge_base(knowledge_base_uuid)": (
        f"{BASES}/{{}}/indexing_jobs",
        lambda it, text: it.indexing_jobs.list_for_knowledge_base(text),
    ),
    "indexing_jobs.get(uuid)": (
        f"{JOBS}/{{}}",
        lambda it, text: it.indexing_jobs.get(text),
    ),
    "indexing_jobs.cancel(uuid)": (
        f"{JOBS}/{{}}/cancel",
        lambda it, text: it.indexing_jobs.cancel(text),
    ),
    "indexing_jobs.list_data_sources(uuid)": (
        f"{JOBS}/{{}}/data_sources",
        lambda it, text: it.indexing_jobs.list_data_sources(text),
    ),
    "indexing_jobs.get_details_url(uuid)": (
        f"{JOBS}/{{}}/details_signed_url",
        lambda it, text: it.indexing_jobs.get_details_url(text),
    ),
    "knowledge_bases.get(uuid)": (
        f"{BASES}/{{}}",
        lambda it, text: it.knowledge_bases.get(text),
    ),
    "knowledge_bases.update(uuid)": (
        f"{BASES}/{{}}",
        lambda it, text: it.knowledge_bases.update(text, name="n"),
    ),
    "knowledge_bases.delete(uuid)": (
        f"{BASES}/{{}}",
        lambda it, text: it.knowledge_bases.delete(text),
    ),
    "data_sources.list(knowledge_base_uuid)": (
        f"{BASES}/{{}}/data_sources",
        list_data_sources,
    ),
    "data_sources.create(knowledge_base_uuid)": (
        f"{BASES}/{{}}/data_sources",
        lambda it, text: it.data_sources.create(text, SpacesDataSource()),
    ),
    "data_sources.update(knowledge_base_uuid)": (
        f"{BASES}/{{}}/data_sources/s",
        lambda it, text: it.data_sources.update(text, "s", chunking_algorithm=FAST),
    ),
    "data_sources.update(data_source_uuid)": (
        f"{BASES}/b/data_sources/{{}}",
        lambda it, text: it.data_sources.update("b", text, chunking_algorithm=FAST),
    ),
    "data_sources.delete(knowledge_base_uuid)": (
        f"{BASES}/{{}}/data_sources/s",
        lambda it, text: it.data_sources.delete(text, "s"),
    ),
    "data_sources.delete(data_source_uuid)": (
        f"{BASES}/b/data_sources/{{}}",
        lambda it, text: it.data_sources.delete("b", text),
    ),
    "scheduled_indexing.get(knowledge_base_uuid)": (
        f"{SCHEDULES}/knowledge-base/{{}}",
        lambda it, text: it.scheduled_indexing.get(text),
    ),
    "scheduled_indexing.delete(uuid)": (
        f"{SCHEDULES}/{{}}",
        lambda it, text: it.scheduled_indexing.delete(text),
    ),
}
"""The path of each call with an id in its path, and the call."""

IN_BODY: dict[str, tuple[str, StringCall]] = {
    "indexing_jobs.create(knowledge_base_uuid)": (
        "knowledge_base_uuid",
        lambda it, text: it.indexing_jobs.create(text),
    ),
    "indexing_jobs.create(data_source_uuids)": (
        "data_source_uuids.0",
        lambda it, text: it.indexing_jobs.create("b", data_source_uuids=[text, "s"]),
    ),
    "scheduled_indexing.create(knowledge_base_uuid)": (
        "knowledge_base_uuid",
        lambda it, text: it.scheduled_indexing.create(text, days=[1], time="06:30"),
    ),
    "knowledge_bases.create(name)": (
        "name",
        lambda it, text: it.knowledge_bases.create(text),
    ),
    "knowledge_bases.create(embedding_model_uuid)": (
        "embedding_model_uuid",
        lambda it, text: it.knowledge_bases.create("n", embedding_model_uuid=text),
    ),
    "knowledge_bases.create(project_id)": (
        "project_id",
        lambda it, text: it.knowledge_bases.create("n", project_id=text),
    ),
    "knowledge_bases.create(region)": (
        "region",
        lambda it, text: it.knowledge_bases.create("n", region=text),
    ),
    "knowledge_bases.create(tags)": (
        "tags.1",
        lambda it, text: it.knowledge_bases.create("n", tags=["t", text]),
    ),
    "knowledge_bases.create(database_id)": (
        "database_id",
        lambda it, text: it.knowledge_bases.create("n", database_id=text),
    ),
    "knowledge_bases.create(vpc_uuid)": (
        "vpc_uuid",
        lambda it, text: it.knowledge_bases.create("n", vpc_uuid=text),
    ),
    "knowledge_bases.update(name)": (
        "name",
        lambda it, text: it.knowledge_bases.update("b", name=text),
    ),
    "knowledge_bases.update(project_id)": (
        "project_id",
        lambda it, text: it.knowledge_bases.update("b", project_id=text),
    ),
    "knowledge_bases.update(tags)": (
        "tags.0",
        lambda it, text: it.knowledge_bases.update("b", tags=[text]),
    ),
    "knowledge_bases.update(database_id)": (
        "database_id",
        lambda it, text: it.knowledge_bases.update("b", database_id=text),
    ),
}
"""The place in the body where each call sends a string, and the call."""

IN_MODELS: dict[str, tuple[str, StringCall]] = {
    "reranking_config": (
        "reranking_config.model",
        lambda it, text: it.knowledge_bases.update(
            "b", reranking_config=RerankingConfiguration(model=text)
        ),
    ),
    "bucket_name": (
        "spaces_data_source.bucket_name",
        lambda it, text: it.data_sources.create(
            "b", SpacesDataSource(bucket_name=text)
        ),
    ),
    "base_url": (
        "web_crawler_data_source.base_url",
        lambda it, text: it.data_sources.create(
            "b", WebCrawlerDataSource(base_url=text)
        ),
    ),
    "exclude_tags": (
        "web_crawler_data_source.exclude_tags.0",
        lambda it, text: it.data_sources.create(
            "b", WebCrawlerDataSource(exclude_tags=(text,))
        ),
    ),
    "secret_key": (
        "aws_data_source.secret_key",
        lambda it, text: it.data_sources.create("b", AWSDataSource(secret_key=text)),
    ),
    "stored_object_key": (
        "datasources.0.file_upload_data_source.stored_object_key",
        lambda it, text: it.knowledge_bases.create(
            "n", data_sources=[FileUploadDataSource(stored_object_key=text)]
        ),
    ),
    "refresh_token of Dropbox": (
        "datasources.0.dropbox_data_source.refresh_token",
        lambda it, text: it.knowledge_bases.create(
            "n", data_sources=[DropboxDataSource(refresh_token=text)]
        ),
    ),
    "refresh_token of Google": (
        "datasources.0.google_drive_data_source.refresh_token",
        lambda it, text: it.knowledge_bases.create(
            "n", data_sources=[GoogleDriveDataSource(refresh_token=text)]
        ),
    ),
    "file_name": (
        "files.0.file_name",
        lambda it, text: it.data_sources.create_presigned_urls(
            [PresignedUrlFile(text, 5)]
        ),
    ),
}
"""The place in the body where a string of a model is sent, and the call."""

FAST = "semantic"

ELSEWHERE = {
    # Filters on the client, which are not sent; tests/resources/test_job_filter.py.
    "indexing_jobs.list(knowledge_base_uuid)",
    # Calls made of others; tests/waiting.
    "indexing_jobs.watch(uuid)",
    "indexing_jobs.wait(uuid)",
    "indexing_jobs.wait_all(uuids)",
    "indexing_jobs.as_completed(uuids)",
    "indexing_jobs.run(knowledge_base_uuid)",
    "indexing_jobs.run(data_source_uuids)",
}

STRING_NAMES = ("uuid", "uuids", "_id", "name", "region", "tags")

PATH_CALLS = pytest.mark.parametrize(
    ("path", "call"), IN_PATH.values(), ids=IN_PATH.keys()
)
BODY_CALLS = pytest.mark.parametrize(
    ("place", "call"), (IN_BODY | IN_MODELS).values(), ids=(IN_BODY | IN_MODELS).keys()
)

# Lone surrogates too, which hypothesis leaves out by default.
STRINGS = st.text() | st.text(st.characters(categories=("L", "P", "Z", "C", "S")))

VALID_IDS = [
    *("a", "123e4567-e89b-12d3-a456-426614174000", "a b", " a ", "...", ".a", "a.."),
    *("100%", "%2e%2e", "%2F", "a?b=c", "a#b", "a&b;c", "{}", "{uuid}", "a+b", "a:b@c"),
    *("ä", "e\u0301", "漢字", "🐈", "\u0663", "~", "x" * 255, "漢" * 255),
]
INVALID_IDS = [
    *("", ".", "..", "/", "a/b", "../a", "a/", "\\", "a\\b", "https://example.com"),
    *("a\nb", "a\r\n", "\x00", "a\tb", "\x7f", "\u200b", "\u2028", "\ud800", "a\udcff"),
    *("\u202ea", "\u00a0", "\ufeff", "x" * 256, "x" * 10_240),
]
ODD_STRINGS = [
    *(" ", "a/b", "../..", "https://user:pw@example.com/ä?b=c#d", "\x00\x1f\x7f"),
    *("\r\n", '"\\', "%00", "ä", "e\u0301", "漢字🐈", "\u2028", "\u202e", "x" * 10_240),
]


async def try_call(call: StringCall, text: str) -> tuple[bool, list[Request]]:
    """Make a call with a string; return whether it was accepted, and the requests."""
    transport = MemoryTransport(respond_to_any_call)
    is_accepted = False
    async with create_client(transport) as client:
        with suppress(ConfigurationError):
            await call(client, text)
            is_accepted = True
    return is_accepted, transport.requests


def is_plain(text: str) -> bool:
    """Whether a string can only be one segment of a path."""
    is_name = 0 < len(text) <= 255 and text not in {".", ".."}
    return is_name and text.isprintable() and not set(text) & {"/", "\\"}


def is_encodable(text: str) -> bool:
    """Whether a string has no unpaired surrogate."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def split_path(path: str) -> list[str]:
    """Split a path as a server does, and decode its segments."""
    assert path.isascii()
    return [unquote(segment, errors="strict") for segment in path.split("/")]


def fill(template: str, text: str) -> list[str]:
    """Return the segments of a path with the string filled in."""
    return [text if segment == "{}" else segment for segment in template.split("/")]


def get_at(document: Any, place: str) -> Any:
    """Return the value at a place of a document."""
    for step in place.split("."):
        document = document[int(step) if step.isdecimal() else step]
    return document


def string_arguments() -> Iterator[str]:
    """Iterate over the arguments of all methods that are ids or names."""
    resources = {
        name: it for name, it in vars(Client).items() if isinstance(it, property)
    }
    for name, resource in resources.items():
        kind = get_type_hints(resource.fget)["return"]
        for method, function in inspect.getmembers(kind, inspect.isfunction):
            if not method.startswith("_"):
                for parameter in parameters(function):
                    if parameter.endswith(STRING_NAMES):
                        yield f"{name}.{method}({parameter})"


def parameters(function: Callable[..., object]) -> Iterator[str]:
    """Iterate over the names of a function's arguments, unpacked ones included."""
    for name, it in inspect.signature(function).parameters.items():
        if it.kind is it.VAR_KEYWORD:
            (options,) = get_args(get_type_hints(function)[name])
            yield from options.__annotations__
        else:
            yield name


def test_every_argument_is_covered() -> None:
    """The calls here are all calls with an id or a name as an argument."""
    here = IN_PATH.keys() | IN_BODY.keys()

    assert set() == here & ELSEWHERE
    assert here | ELSEWHERE == set(string_arguments())


@PATH_CALLS
@pytest.mark.parametrize("text", VALID_IDS, ids=lambda it: ascii(it[:20]))
async def test_ids_in_paths(path: str, call: StringCall, text: str) -> None:
    """Any id is one segment of the path, percent-encoded."""
    _, request = await perform(lambda client: call(client, text))

    assert fill(path, text) == split_path(request.path)


@PATH_CALLS
@pytest.mark.parametrize("text", INVALID_IDS, ids=lambda it: ascii(it[:20]))
async def test_invalid_ids(path: str, call: StringCall, text: str) -> None:
    """An id that could lead to another path is refused by name, in few words."""
    reason = await error_message(lambda client: call(client, text))

    assert "uuid " in reason
    assert len(reason) < 200
    assert reason.isprintable()


@PATH_CALLS
@pytest.mark.parametrize("value", [None, 5, True, b"a", ["a"], {}, object()])
async def test_ids_must_be_strings(path: str, call: StringCall, value: Any) -> None:
    """An id that is not a string is refused by name."""
    kind = type(value).__name__
    reason = await error_message(lambda client: call(client, value))

    assert reason.endswith(f"uuid must be a string, got {kind}")


@PATH_CALLS
@example("a b")
@example("\ud800")
@settings(max_examples=40)
@given(text=STRINGS)
async def test_any_id_in_a_path(path: str, call: StringCall, text: str) -> None:
    """An id is either refused, or in the path of the only request."""
    is_accepted, requests = await try_call(call, text)

    assert is_plain(text) is is_accepted
    assert [fill(path, text)] * is_accepted == [split_path(it.path) for it in requests]


@BODY_CALLS
@pytest.mark.parametrize("text", ODD_STRINGS, ids=lambda it: ascii(it[:20]))
async def test_strings_in_bodies(place: str, call: StringCall, text: str) -> None:
    """A string in a body is sent unchanged, however odd or long."""
    _, request = await perform(lambda client: call(client, text))

    assert text == get_at(decode_body(request), place)


@BODY_CALLS
@pytest.mark.parametrize("text", ["\ud800", "a\udcffb", "\udc00\ud800"], ids=ascii)
async def test_unpaired_surrogates(place: str, call: StringCall, text: str) -> None:
    """A string that cannot be encoded is refused, and not shown."""
    reason = await error_message(lambda client: call(client, text))

    words = ["an unpaired surrogate", "only JSON values"]
    assert any(it in reason for it in words)
    assert reason.isascii()


@BODY_CALLS
@settings(max_examples=40)
@given(text=STRINGS.filter(bool))
async def test_any_string_in_a_body(place: str, call: StringCall, text: str) -> None:
    """A string is either refused, or at its place in the only request."""
    is_accepted, requests = await try_call(call, text)

    assert is_encodable(text) is is_accepted
    assert [text] * is_accepted == [get_at(decode_body(it), place) for it in requests]
