"""Every field of what callers give is of its type, or refused by its name."""

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
from tests.resources.asking import Ask, ask, body_of, refusal


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


WHOLE: Final = "must be a whole number, at least 0"

WRONG: Final[dict[object, list[tuple[str, Any]]]] = {
    str: [
        ("must be a string, not NoneType", None),
        ("must be a string, not int", 5),
        ("must be a string, not bytes", b"text"),
        ("must be a string, not list", ["text"]),
        ("must be a string, not type", str),
    ],
    bool: [
        ("must be True or False, not NoneType", None),
        ("must be True or False, not int", 1),
        ("must be True or False, not int", 0),
        ("must be True or False, not str", "true"),
    ],
    int: [
        (f"{WHOLE}, not None", None),
        (f"{WHOLE}, not -1", -1),
        (f"{WHOLE}, not 5.0", 5.0),
        (f"{WHOLE}, not '5'", "5"),
        (f"{WHOLE}, not True", True),
        (f"{WHOLE}, not [5]", [5]),
    ],
    float: [
        ("must be a number, not NoneType", None),
        ("must be a number, not str", "0.5"),
        ("must be a number, not complex", 0.5j),
        ("must be a number, not list", [0.5]),
        ("must be a number, not bool", True),
        ("must be a number, not bool", False),
    ],
    CrawlingOption: [
        ("must be CrawlingOption, not NoneType", None),
        ("must be CrawlingOption, not str", "PATH"),
        ("must be CrawlingOption, not str", "path"),
        ("must be CrawlingOption, not int", 2),
        ("must be CrawlingOption, not ChunkingAlgorithm", ChunkingAlgorithm.SEMANTIC),
        ("must be CrawlingOption, not EnumType", CrawlingOption),
    ],
    tuple[str, ...]: [
        ("must be a tuple, not NoneType", None),
        ("must be a tuple, not str", "nav"),
        ("must be a tuple, not str", ""),
        ("must be a tuple, not bytes", b"nav"),
        ("must be a tuple, not dict", {"nav": 1}),
        ("must be a tuple, not set", {"nav"}),
        ("must be a tuple, not list_iterator", iter(["nav"])),
    ],
}
"""What a field of each type must not hold, and how that is told."""


def give_source(source: Any) -> Ask[object]:
    """Give a data source to a new knowledge base, later."""
    return lambda it: it.knowledge_bases.create("n", data_sources=[source])


def give_chunked_source(source: Any) -> Ask[object]:
    """Give a data source to a new knowledge base with its chunking, later."""
    return give_source(NewDataSource(source))


def add_source(source: Any) -> Ask[object]:
    """Add a data source to a knowledge base, later."""
    return lambda it: it.data_sources.create("b", source)


def give_options(options: Any) -> Ask[object]:
    """Give a new knowledge base's data source its chunking, later."""
    return give_source(NewDataSource(SpacesDataSource(), chunking_options=options))


def add_options(options: Any) -> Ask[object]:
    """Add a data source with its chunking, later."""
    return lambda it: it.data_sources.create(
        "b", SpacesDataSource(), chunking_options=options
    )


def change_options(options: Any) -> Ask[object]:
    """Change the chunking of a data source, later."""
    return lambda it: it.data_sources.update("b", "s", chunking_options=options)


def give_reranking(config: Any) -> Ask[object]:
    """Make a knowledge base with reranking, later."""
    return lambda it: it.knowledge_bases.create("n", reranking_config=config)


def change_reranking(config: Any) -> Ask[object]:
    """Change the reranking of a knowledge base, later."""
    return lambda it: it.knowledge_bases.update("b", reranking_config=config)


def ask_for_urls(file: Any) -> Ask[object]:
    """Ask where a file may be put, later."""
    return lambda it: it.data_sources.create_presigned_urls(
        [PresignedUrlFile("good.pdf", 1), file]
    )


ADDABLE: Final = (SpacesDataSource, WebCrawlerDataSource, AWSDataSource)
NOT_ADDABLE: Final = (FileUploadDataSource, DropboxDataSource, GoogleDriveDataSource)

GIVEN: Final[list[tuple[str, Any, Any]]] = [
    *(("data source", kind, add_source) for kind in ADDABLE),
    *(
        ("data source", kind, give)
        for kind in (*ADDABLE, *NOT_ADDABLE)
        for give in (give_source, give_chunked_source)
    ),
    *(
        ("chunking_options", ChunkingOptions, give)
        for give in (give_options, add_options, change_options)
    ),
    *(
        ("reranking_config", RerankingConfiguration, give)
        for give in (give_reranking, change_reranking)
    ),
    ("each of files", PresignedUrlFile, ask_for_urls),
]
"""What has fields: how it is called, its class, and each call that takes it."""


def good(kind: Any) -> Any:
    """Make an object that each call takes."""
    return kind("a.pdf", 5) if kind is PresignedUrlFile else kind()


def spoiled() -> Iterator[Any]:
    """Give each field of each class with each value that it must not hold."""
    for name, kind, give in GIVEN:
        for field, hint in get_type_hints(kind).items():
            place = f"{kind.__name__}.{field}, {give.__name__}"
            for text, value in WRONG[hint]:
                whole = f"{name}: {field} {text}"
                yield pytest.param(whole, kind, field, value, give, id=place)


@pytest.mark.parametrize(("text", "kind", "field", "value", "give"), list(spoiled()))
async def test_wrong_fields(
    text: str, kind: Any, field: str, value: Any, give: Any
) -> None:
    """A field of another type is refused by its name, whatever it belongs to."""
    spoilt = attrs.evolve(good(kind), **{field: value})

    assert text == await refusal(give(spoilt))


@pytest.mark.parametrize(("name", "kind", "give"), GIVEN)
async def test_what_fields_are_checked_in_works(
    name: str, kind: Any, give: Any
) -> None:
    """The objects that are spoilt above are good ones."""
    _, request = await ask(give(good(kind)))

    assert request.body


@pytest.mark.parametrize("give", [add_source, give_source, give_chunked_source])
@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        ("int", (5,)),
        ("NoneType", ("nav", None)),
        ("bytes", [b"nav"]),
        ("tuple", (("nav",),)),
    ],
)
async def test_wrong_items(kind: str, tags: Any, give: Any) -> None:
    """What a field's tuple holds is checked as well, each item of it."""
    source = WebCrawlerDataSource(exclude_tags=tags)

    assert (
        f"each of data source: exclude_tags must be a string, not {kind}"
        == await refusal(give(source))
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
            WebCrawlerDataSource(base_url=Text("a")),
        ),
    ],
)
async def test_fields_that_are_good_enough(
    expected: dict[str, Any], source: AddableDataSource
) -> None:
    """A list does for a tuple, and a text of another class for a text."""

    async def add(client: Client) -> object:
        return await client.data_sources.create("b", source)

    _, request = await ask(add)

    assert expected == body_of(request)["web_crawler_data_source"]


async def test_no_wrong_field_is_repeated() -> None:
    """A secret of the wrong type is refused without its value."""
    secret: Any = b"hunter2"
    reason = await refusal(add_source(AWSDataSource(secret_key=secret)))

    assert "data source: secret_key must be a string, not bytes" == reason


@pytest.mark.parametrize("give", [give_options, add_options, change_options])
@pytest.mark.parametrize("value", [0.5, 1, 2, 10**30])
async def test_numbers(give: Any, value: float) -> None:
    """A whole number does for a number, and is sent as it is."""
    _, request = await ask(give(ChunkingOptions(semantic_threshold=value)))
    body = body_of(request)
    (source,) = body.get("datasources", [body])

    assert {"semantic_threshold": value} == source["chunking_options"]
