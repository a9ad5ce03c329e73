"""Regions: the request, and its result."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async import Region
from tests.resources.canned_calls import error_message, perform


@pytest.mark.parametrize(
    ("params", "arguments"),
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
async def test_list(params: dict[str, str], arguments: dict[str, Any]) -> None:
    """The flags that are passed are sent as protobuf writes them."""
    _, request = await perform(
        lambda client: client.regions.list(**arguments), {"regions": []}
    )

    assert ("GET", "/v2/gen-ai/regions") == (request.method, request.path)
    assert params == request.params
    assert request.body is None


@pytest.mark.parametrize(
    ("expected", "body"),
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
async def test_regions(expected: tuple[Region, ...], body: dict[str, Any]) -> None:
    """The regions are returned in the API's order."""
    regions, _ = await perform(lambda client: client.regions.list(), body)

    assert expected == regions


@pytest.mark.parametrize("name", ["serves_inference", "serves_batch"])
@pytest.mark.parametrize("value", ["true", "", 1, 0, []])
async def test_flags_must_be_bools(name: str, value: Any) -> None:
    """Anything else than a flag is refused by name."""
    kind = type(value).__name__
    flags = {name: value}

    assert f"{name} must be a bool, got {kind}" == await error_message(
        lambda client: client.regions.list(**flags)
    )
