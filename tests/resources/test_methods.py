"""Operations make methods of signatures."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from gradient_async import Client
from gradient_async.resources.model_routers import ModelRouters
from tests.resources.canned_calls import perform, summarize

PATH = "/v2/gen-ai/models/routers"


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        ({}, {}),
        ({}, {"policies": iter(()), "description": None}),
        ({"description": "x"}, {"policies": [], "description": "x"}),
    ],
)
async def test_defaults_are_not_sent(
    expected: dict[str, Any], arguments: dict[str, Any]
) -> None:
    """An argument is sent unless it equals its default."""

    async def create(client: Client) -> object:
        return await client.model_routers.create(
            "r", fallback_models=["m"], **arguments
        )

    _, request = await perform(create, {"model_router": {}})

    body = {"name": "r", "fallback_models": ["m"]}
    assert ("POST", PATH, body | expected) == summarize(request)


@pytest.mark.parametrize(
    ("text", "source", "method"),
    [
        (
            "Fetch one router.",
            f"GET {PATH}/{{uuid}}, `genai_get_model_router`.",
            ModelRouters.get,
        ),
        (
            "Iterate over the account's routers, across all pages.",
            f"GET {PATH}, `genai_list_model_routers`.",
            ModelRouters.list,
        ),
    ],
)
def test_docstring(text: str, source: str, method: Any) -> None:
    """The docstring ends with the operation; the signature is what was written."""
    assert f"{text}\n\nSource: {source}" == inspect.getdoc(method)
    assert "self" in inspect.signature(method).parameters
