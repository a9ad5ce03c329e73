"""Regions and models."""

from __future__ import annotations

import pytest

from gradient_async.emulator import Emulator
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    MODELS,
)

from .http_client import HttpClient

REGIONS = "/v2/gen-ai/regions"
PATH = "/v2/gen-ai/models"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, ["tor1", "nyc2", "nyc3", "ams3"]),
        ({"serves_inference": "true"}, ["tor1", "nyc2"]),
        ({"serves_batch": "true"}, ["tor1", "ams3"]),
        ({"serves_batch": "1", "serves_inference": "True"}, ["tor1"]),
        ({"serves_batch": "false"}, ["tor1", "nyc2", "nyc3", "ams3"]),
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
        (PATH, 7),
        (f"{PATH}?public_only=true", 6),
        (f"{PATH}?usecases=MODEL_USECASE_KNOWLEDGEBASE", 5),
        (f"{PATH}?usecases=MODEL_USECASE_AGENT", 2),
        (f"{PATH}?usecases=MODEL_USECASE_AGENT&public_only=true", 1),
        (
            f"{PATH}?usecases=MODEL_USECASE_GUARDRAIL&usecases=MODEL_USECASE_AGENT",
            2,
        ),
        (f"{PATH}?usecases=MODEL_USECASE_GUARDRAIL,MODEL_USECASE_AGENT", 2),
        (f"{PATH}?usecases=MODEL_USECASE_GUARDRAIL", 0),
        (f"{PATH}?usecases=&page=0&per_page=0", 7),
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
        (PATH, {"usecases": "MODEL_USECASE_AGENT,"}),
    ],
)
async def test_invalid_filters(
    api: Emulator, call: HttpClient, path: str, query: dict[str, str]
) -> None:
    """An invalid filter is a bad request."""
    response = await call(api, path, **query)

    assert (400, "bad_request") == (response.status, response.json["id"])


async def test_public_models(api: Emulator, call: HttpClient) -> None:
    """The public embedding models have their ids and prices."""
    response = await call(api, PATH, usecases="MODEL_USECASE_KNOWLEDGEBASE")
    prices = {
        (it["uuid"], it["name"], it["pricing"]["input_price_per_million"])
        for it in response.json["models"]
    }

    assert {
        ("22653204-79ed-11ef-bf8f-4e013e2ddde4", "GTE Large EN v1.5", 0.09),
        ("22652c2a-79ed-11ef-bf8f-4e013e2ddde4", "All MiniLM L6 v2", 0.009),
        ("22652f75-79ed-11ef-bf8f-4e013e2ddde4", "Multi QA MPNet Base Dot v1", 0.009),
        ("bb3ab4ee-d9b5-11f0-b074-4e013e2ddde4", "Qwen3 Embedding 0.6B", 0.04),
        ("78836a83-26d0-11f1-b074-4e013e2ddde4", "BGE M3", 0.02),
    } == prices


def test_every_member_occurs() -> None:
    """All members of the description's model occur."""
    names = {name for model in MODELS for name in model.fields}

    assert 29 == len(names)
