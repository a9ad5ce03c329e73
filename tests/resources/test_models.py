"""Models: the request for a list, and its result."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from gradient_async import ModelUsecase
from gradient_async.testing import Request
from tests.resources.canned_calls import error_message, perform

AGENT = ("usecases", "MODEL_USECASE_AGENT")
BASE = ("usecases", "MODEL_USECASE_KNOWLEDGEBASE")
PAGE = [("page", "1"), ("per_page", "200")]


async def list_models(**arguments: Any) -> Request:
    """List models; return the request."""
    _, request = await perform(lambda client: client.models.list(**arguments).collect())
    return request


def params_of(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of a request in order, repeated ones included."""
    return [
        (name, text)
        for name, value in request.params.items()
        for text in ([value] if isinstance(value, str) else value)
    ]


@pytest.mark.parametrize(
    ("params", "arguments"),
    [
        ([], {}),
        ([], {"usecases": []}),
        ([AGENT], {"usecases": "agent"}),
        ([AGENT], {"usecases": ["agent", "AGENT", ModelUsecase.AGENT]}),
        ([AGENT, BASE], {"usecases": iter(["knowledgebase", "agent"])}),
        ([("usecases", "MODEL_USECASE_NEW")], {"usecases": ["MODEL_USECASE_NEW"]}),
        ([("public_only", "false")], {"public_only": False}),
        (
            [AGENT, ("public_only", "true")],
            {"usecases": {"agent"}, "public_only": True},
        ),
    ],
)
async def test_params(params: list[tuple[str, str]], arguments: dict[str, Any]) -> None:
    """Arguments are sent, one parameter per use case; the page comes last."""
    request = await list_models(**arguments)

    assert params + PAGE == params_of(request)


@settings(max_examples=30)
@drawn(use_cases=st.sets(st.sampled_from(ModelUsecase)), seed=st.integers())
async def test_every_set_of_use_cases(use_cases: set[ModelUsecase], seed: int) -> None:
    """Each use case is sent once, always in the same order."""
    shuffled = list(use_cases) * 2
    random.Random(seed).shuffle(shuffled)
    params = params_of(await list_models(usecases=shuffled))

    assert sorted(("usecases", use.value) for use in use_cases) + PAGE == params


NAMES = "unknown, agent, finetuned, knowledgebase, guardrail, reasoning, serverless"


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (f"usecases: 'chat' is none of {NAMES}", {"usecases": ["agent", "chat"]}),
        (f"usecases: '' is none of {NAMES}", {"usecases": ""}),
        ("usecases must be a string or an iterable, got int", {"usecases": 5}),
        ("each of usecases must be a string, got int", {"usecases": ["agent", 5]}),
        ("each of usecases must be a string, got NoneType", {"usecases": [None]}),
    ],
)
async def test_invalid_arguments(text: str, arguments: dict[str, Any]) -> None:
    """An unknown use case is refused; the message lists the known ones."""
    assert text == await error_message(lambda it: it.models.list(**arguments).collect())
