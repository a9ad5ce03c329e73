"""Regions: what is sent, and what comes of the answer."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async import Region
from tests.resources.asking import ask, refusal


@pytest.mark.parametrize(
    ("params", "given"),
    [
        ({}, {}),
        ({}, {"serves_inference": None, "serves_batch": None}),
        ({"serves_inference": "true"}, {"serves_inference": True}),
        ({"serves_batch": "false"}, {"serves_batch": False}),
        (
            {"serves_inference": "false", "serves_batch": "true"},
            {"serves_inference": False, "serves_batch": True},
        ),
    ],
)
async def test_list(params: dict[str, str], given: dict[str, Any]) -> None:
    """The flags that are given are sent as protobuf writes them."""
    _, request = await ask(lambda client: client.regions.list(**given), {"regions": []})

    assert ("GET", "/v2/gen-ai/regions") == (request.method, request.path)
    assert params == request.params
    assert request.body is None


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ((), {}),
        ((), {"regions": []}),
        (
            (
                Region(region="tor1", serves_batch=True, inference_url="https://a.b"),
                Region(region="nyc2", serves_inference=True),
            ),
            {
                "regions": [
                    {
                        "region": "tor1",
                        "serves_batch": True,
                        "serves_inference": False,
                        "inference_url": "https://a.b",
                    },
                    {"region": "nyc2", "serves_inference": True},
                ]
            },
        ),
    ],
)
async def test_regions(expected: tuple[Region, ...], answer: dict[str, Any]) -> None:
    """The regions are given in the API's order."""
    regions, _ = await ask(lambda client: client.regions.list(), answer)

    assert expected == regions


@pytest.mark.parametrize("name", ["serves_inference", "serves_batch"])
@pytest.mark.parametrize("value", ["true", "", 1, 0, []])
async def test_flags_must_be_flags(name: str, value: Any) -> None:
    """What is no flag is refused by its name."""
    kind = type(value).__name__
    flags = {name: value}

    assert f"{name} must be True or False, not {kind}" == await refusal(
        lambda client: client.regions.list(**flags)
    )
