"""Regions and models."""

from __future__ import annotations

import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    EMBEDDING_MODELS,
    MODELS,
)

from .http_client import HttpClient

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
    api: Emulator, call: HttpClient, query: dict[str, str], codes: list[str]
) -> None:
    """Only filters that are true exclude regions."""
    response = await call(api, REGIONS, **query)

    assert codes == [region["region"] for region in response.json["regions"]]


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
async def test_models(api: Emulator, call: HttpClient, path: str, count: int) -> None:
    """Models are listed for any of the given use cases, or all if none are given."""
    response = await call(api, path)

    assert count == len(response.json["models"]) == response.json["meta"]["total"]


async def test_links_keep_the_filter(api: Emulator, call: HttpClient) -> None:
    """Links to other pages keep the filter."""
    response = await call(api, PATH, usecases="MODEL_USECASE_KNOWLEDGEBASE", per_page=2)
    url = f"{api.url}{PATH}?usecases=MODEL_USECASE_KNOWLEDGEBASE&per_page=2"

    assert f"{url}&page=2" == response.json["links"]["pages"]["next"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (REGIONS, {"serves_batch": "maybe"}),
        (PATH, {"public_only": ""}),
        (PATH, {"usecases": "MODEL_USECASE_COOKING"}),
        (PATH, {"page": "0"}),
    ],
)
async def test_invalid_filters(
    api: Emulator, call: HttpClient, path: str, query: dict[str, str]
) -> None:
    """An invalid filter is a bad request."""
    response = await call(api, path, **query)

    assert (400, "bad_request") == (response.status, response.json["id"])


def test_embedding_models_agree() -> None:
    """Chunk sizes are checked against the limits that the list shows."""
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
