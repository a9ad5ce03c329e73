"""Every field of a model that callers pass is checked for its type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_type_hints

import attrs
import pytest

from gradient_async import (
    AddableDataSource,
    AWSDataSource,
    ChunkingAlgorithm,
    ChunkingOptions,
    Client,
    CrawlingOption,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    NewDataSource,
    PresignedUrlFile,
    RerankingConfiguration,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from tests.resources.canned_calls import Call, decode_body, error_message, perform


class Name(str):
    """A subclass of str."""

    __slots__ = ()


WHOLE: Final = "must be an integer of at least 0"

INVALID: Final[dict[object, list[tuple[str, Any]]]] = {
    str: [
        ("must be a string, got NoneType", None),
        ("must be a string, got int", 5),
        ("must be a string, got bytes", b"text"),
        ("must be a string, got list", ["text"]),
        ("must be a string, got type", str),
    ],
    bool: [
        ("must be a bool, got NoneType", None),
        ("must be a bool, got int", 1),
        ("must be a bool, got int", 0),
        ("must be a bool, got str", "true"),
    ],
    int: [
        (f"{WHOLE}, got None", None),
        (f"{WHOLE}, got -1", -1),
        (f"{WHOLE}, got 5.0", 5.0),
        (f"{WHOLE}, got '5'", "5"),
        (f"{WHOLE}, got True", True),
        (f"{WHOLE}, got [5]", [5]),
    ],
    float: [
        ("must be a number, got NoneType", None),
        ("must be a number, got str", "0.5"),
        ("must be a number, got complex", 0.5j),
        ("must be a number, got list", [0.5]),
        ("must be a number, got bool", True),
        ("must be a number, got bool", False),
    ],
    CrawlingOption: [
        ("must be a CrawlingOption, got NoneType", None),
        ("must be a CrawlingOption, got str", "PATH"),
        ("must be a CrawlingOption, got str", "path"),
        ("must be a CrawlingOption, got int", 2),
        ("must be a CrawlingOption, got ChunkingAlgorithm", ChunkingAlgorithm.SEMANTIC),
        ("must be a CrawlingOption, got EnumType", CrawlingOption),
    ],
    tuple[str, ...]: [
        ("must be a tuple or a list, got NoneType", None),
        ("must be a tuple or a list, got str", "nav"),
        ("must be a tuple or a list, got str", ""),
        ("must be a tuple or a list, got bytes", b"nav"),
        ("must be a tuple or a list, got dict", {"nav": 1}),
        ("must be a tuple or a list, got set", {"nav"}),
        ("must be a tuple or a list, got list_iterator", iter(["nav"])),
    ],
}
"""Invalid values for a field of each type, and the messages."""


def create_with_source(source: Any) -> Call[object]:
    """Return a call that creates a knowledge base with a data source."""
    return lambda it: it.knowledge_bases.create("n", data_sources=[source])


def create_with_new_source(source: Any) -> Call[object]:
    """Return a call that creates a knowledge base with a `NewDataSource`."""
    return create_with_source(NewDataSource(source))


def add_source(source: Any) -> Call[object]:
    """Return a call that adds a data source to a knowledge base."""
    return lambda it: it.data_sources.create("b", source)


def create_with_options(options: Any) -> Call[object]:
    """Return a call that creates a knowledge base with chunking options."""
    return create_with_source(
        NewDataSource(SpacesDataSource(), chunking_options=options)
    )


def add_options(options: Any) -> Call[object]:
    """Return a call that adds a data source with chunking options."""
    return lambda it: it.data_sources.create(
        "b", SpacesDataSource(), chunking_options=options
    )


def change_options(options: Any) -> Call[object]:
    """Return a call that changes the chunking options of a data source."""
    return lambda it: it.data_sources.update("b", "s", chunking_options=options)


def create_with_reranking(config: Any) -> Call[object]:
    """Return a call that creates a knowledge base with reranking."""
    return lambda it: it.knowledge_bases.create("n", reranking_config=config)


def change_reranking(config: Any) -> Call[object]:
    """Return a call that changes the reranking of a knowledge base."""
    return lambda it: it.knowledge_bases.update("b", reranking_config=config)


def create_urls(file: Any) -> Call[object]:
    """Call where a file may be put, later."""
    return lambda it: it.data_sources.create_presigned_urls(
        [PresignedUrlFile("good.pdf", 1), file]
    )


ADDABLE: Final = (SpacesDataSource, WebCrawlerDataSource, AWSDataSource)
NOT_ADDABLE: Final = (FileUploadDataSource, DropboxDataSource, GoogleDriveDataSource)

MODELS: Final[list[tuple[str, Any, Any]]] = [
    *(("data source", kind, add_source) for kind in ADDABLE),
    *(
        ("data source", kind, pass_it)
        for kind in (*ADDABLE, *NOT_ADDABLE)
        for pass_it in (create_with_source, create_with_new_source)
    ),
    *(
        ("chunking_options", ChunkingOptions, pass_it)
        for pass_it in (create_with_options, add_options, change_options)
    ),
    *(
        ("reranking_config", RerankingConfiguration, pass_it)
        for pass_it in (create_with_reranking, change_reranking)
    ),
    ("each of files", PresignedUrlFile, create_urls),
]
"""Arguments with fields: their names, their classes, and the calls with them."""


def build_valid(kind: Any) -> Any:
    """Build an object that every call accepts."""
    return kind("a.pdf", 5) if kind is PresignedUrlFile else kind()


def invalid_fields() -> Iterator[Any]:
    """Iterate over each field of each class with each value it must not have."""
    for name, kind, pass_it in MODELS:
        for field, hint in get_type_hints(kind).items():
            place = f"{kind.__name__}.{field}, {pass_it.__name__}"
            for text, value in INVALID[hint]:
                message = f"{name}: {field} {text}"
                yield pytest.param(message, kind, field, value, pass_it, id=place)


@pytest.mark.parametrize(
    ("text", "kind", "field", "value", "pass_it"), list(invalid_fields())
)
async def test_invalid_fields(
    text: str, kind: Any, field: str, value: Any, pass_it: Any
) -> None:
    """A field of another type is refused by name, in every call."""
    invalid = attrs.evolve(build_valid(kind), **{field: value})

    assert text == await error_message(pass_it(invalid))


@pytest.mark.parametrize(("name", "kind", "pass_it"), MODELS)
async def test_valid_fields(name: str, kind: Any, pass_it: Any) -> None:
    """The objects that the tests above start from are valid."""
    _, request = await perform(pass_it(build_valid(kind)))

    assert request.body


@pytest.mark.parametrize(
    "pass_it", [add_source, create_with_source, create_with_new_source]
)
@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        ("int", (5,)),
        ("NoneType", ("nav", None)),
        ("bytes", [b"nav"]),
        ("tuple", (("nav",),)),
    ],
)
async def test_invalid_items(kind: str, tags: Any, pass_it: Any) -> None:
    """Each item of a field's tuple is checked."""
    source = WebCrawlerDataSource(exclude_tags=tags)

    assert (
        f"each of data source: exclude_tags must be a string, got {kind}"
        == await error_message(pass_it(source))
    )


LISTED: Any = ["nav", "footer"]


@pytest.mark.parametrize(
    ("expected", "source"),
    [
        (
            {"embed_media": False, "exclude_tags": ["nav", "footer"]},
            WebCrawlerDataSource(exclude_tags=LISTED),
        ),
        (
            {"embed_media": False, "exclude_tags": [""]},
            WebCrawlerDataSource(exclude_tags=("",)),
        ),
        (
            {"embed_media": False, "base_url": "a"},
            WebCrawlerDataSource(base_url=Name("a")),
        ),
    ],
)
async def test_accepted_substitutes(
    expected: dict[str, Any], source: AddableDataSource
) -> None:
    """A list is accepted for a tuple, and a subclass of str for a str."""

    async def add(client: Client) -> object:
        return await client.data_sources.create("b", source)

    _, request = await perform(add)

    assert expected == decode_body(request)["web_crawler_data_source"]


async def test_secrets_are_not_repeated() -> None:
    """A secret of another type is refused without showing its value."""
    secret: Any = b"hunter2"
    reason = await error_message(add_source(AWSDataSource(secret_key=secret)))

    assert "data source: secret_key must be a string, got bytes" == reason


@pytest.mark.parametrize("pass_it", [create_with_options, add_options, change_options])
@pytest.mark.parametrize("value", [0.5, 1, 2, 10**30])
async def test_numbers(pass_it: Any, value: float) -> None:
    """An integer is accepted for a float, and sent unchanged."""
    _, request = await perform(pass_it(ChunkingOptions(semantic_threshold=value)))
    body = decode_body(request)
    (source,) = body.get("datasources", [body])

    assert {"semantic_threshold": value} == source["chunking_options"]
