"""Regions and models."""

from __future__ import annotations

import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    EMBEDDING_MODELS,
    MODELS,
)

from .calling import Caller

REGIONS = "/v2/gen-ai/regions"
PATH = "/v2/gen-ai/models"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, ["tor1", "nyc2", "ams3"]),
        ({"serves_inference": "true"}, ["tor1", "nyc2"]),
        ({"serves_batch": "true"}, ["tor1", "ams3"]),
        ({"serves_batch": "1", "serves_inference": "True"}, ["tor1"]),
        ({"serves_batch": "false"}, ["tor1", "nyc2", "ams3"]),
    ],
)
async def test_regions(
    api: Emulator, call: Caller, query: dict[str, str], codes: list[str]
) -> None:
    """Only what is asked for as true leaves regions out."""
    reply = await call(api, REGIONS, **query)

    assert codes == [region["region"] for region in reply.json["regions"]]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        (PATH, 5),
        (f"{PATH}?public_only=true", 4),
        (f"{PATH}?usecases=MODEL_USECASE_KNOWLEDGEBASE", 3),
        (f"{PATH}?usecases=MODEL_USECASE_AGENT", 2),
        (f"{PATH}?usecases=MODEL_USECASE_AGENT&public_only=true", 1),
        (
            f"{PATH}?usecases=MODEL_USECASE_GUARDRAIL&usecases=MODEL_USECASE_AGENT",
            2,
        ),
        (f"{PATH}?usecases=MODEL_USECASE_GUARDRAIL", 0),
    ],
)
async def test_models(api: Emulator, call: Caller, path: str, count: int) -> None:
    """Models are listed for any of the use cases, and for all if none is named."""
    reply = await call(api, path)

    assert count == len(reply.json["models"]) == reply.json["meta"]["total"]


async def test_links_keep_the_filter(api: Emulator, call: Caller) -> None:
    """The next page is one of the same list."""
    reply = await call(api, PATH, usecases="MODEL_USECASE_KNOWLEDGEBASE", per_page=2)
    url = f"{api.url}{PATH}?usecases=MODEL_USECASE_KNOWLEDGEBASE&per_page=2"

    assert f"{url}&page=2" == reply.json["links"]["pages"]["next"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (REGIONS, {"serves_batch": "maybe"}),
        (PATH, {"public_only": ""}),
        (PATH, {"usecases": "MODEL_USECASE_COOKING"}),
        (PATH, {"page": "0"}),
    ],
)
async def test_senseless_filters(
    api: Emulator, call: Caller, path: str, query: dict[str, str]
) -> None:
    """A filter that cannot be read is a bad request."""
    reply = await call(api, path, **query)

    assert (400, "bad_request") == (reply.status, reply.json["id"])


def test_embedding_models_agree() -> None:
    """What is checked for chunks is what the list says of the models."""
    listed = [
        tuple(
            model.fields[f"kb_{name}_chunk_size"] for name in ("min", "max", "default")
        )
        for model in MODELS[: len(EMBEDDING_MODELS)]
    ]

    assert [
        (it.min_size, it.max_size, it.default_size) for it in EMBEDDING_MODELS
    ] == listed


def test_every_member_occurs() -> None:
    """All members of the description's model occur."""
    names = {name for model in MODELS for name in model.fields}

    assert 29 == len(names)
