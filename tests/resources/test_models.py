"""Models: what is sent for a list, and what comes of the answer."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from gradient_async import Model, ModelProvider, ModelUsecase, ModelVersion
from gradient_async.testing import Request
from tests.resources.asking import ask, refusal

AGENT = ("usecases", "MODEL_USECASE_AGENT")
BASE = ("usecases", "MODEL_USECASE_KNOWLEDGEBASE")
REASONING = ("usecases", "MODEL_USECASE_REASONING")
PAGE = [("page", "1"), ("per_page", "200")]


async def asked(**wishes: Any) -> Request:
    """List the models that are wished for; give the request."""
    _, request = await ask(lambda client: client.models.list(**wishes).collect())
    return request


def params_of(request: Request) -> list[tuple[str, str]]:
    """Give the parameters of a request, repeated ones and all, in their order."""
    return [
        (name, text)
        for name, value in request.params.items()
        for text in ([value] if isinstance(value, str) else value)
    ]


@pytest.mark.parametrize(
    ("params", "wishes"),
    [
        ([], {}),
        ([], {"usecases": None, "public_only": None}),
        ([], {"usecases": []}),
        ([AGENT], {"usecases": "agent"}),
        ([AGENT], {"usecases": "MODEL_USECASE_AGENT"}),
        ([AGENT], {"usecases": ModelUsecase.AGENT}),
        ([AGENT], {"usecases": ["agent", "AGENT", ModelUsecase.AGENT]}),
        ([AGENT, BASE], {"usecases": iter(["knowledgebase", "agent"])}),
        ([("usecases", "MODEL_USECASE_NEW")], {"usecases": ["MODEL_USECASE_NEW"]}),
        ([("public_only", "true")], {"public_only": True}),
        ([("public_only", "false")], {"public_only": False}),
        (
            [BASE, ("public_only", "true")],
            {"usecases": ["knowledgebase"], "public_only": True},
        ),
    ],
)
async def test_params(params: list[tuple[str, str]], wishes: dict[str, Any]) -> None:
    """What is wished for is sent, one parameter for each use; the page comes last."""
    request = await asked(**wishes)

    assert ("GET", "/v2/gen-ai/models") == (request.method, request.path)
    assert request.body is None
    assert params + PAGE == params_of(request)


@pytest.mark.parametrize(
    "usecases", list(permutations(["agent", "knowledgebase", "reasoning"]))
)
async def test_order(usecases: tuple[str, ...]) -> None:
    """The order in which uses are given does not matter: requests are equal."""
    request = await asked(usecases=usecases)

    assert [AGENT, BASE, REASONING, *PAGE] == params_of(request)


@settings(max_examples=30)
@drawn(uses=st.sets(st.sampled_from(ModelUsecase)), seed=st.integers())
async def test_every_set_of_uses(uses: set[ModelUsecase], seed: int) -> None:
    """Each use is sent once, in the same order each time."""
    shuffled = list(uses) * 2
    random.Random(seed).shuffle(shuffled)
    params = params_of(await asked(usecases=shuffled))

    assert sorted(("usecases", use.value) for use in uses) + PAGE == params


async def test_models() -> None:
    """The models are given in the API's order, fractions and free JSON included."""
    models, _ = await ask(
        lambda client: client.models.list().collect(),
        {
            "models": [
                {
                    "uuid": "b",
                    "provider": "MODEL_PROVIDER_OPENAI",
                    "version": {"major": 1},
                    "parameter_count": 0.5,
                    "benchmark_score": {"mteb": [63.1]},
                },
                {"uuid": "a"},
            ]
        },
    )

    assert [
        Model(
            uuid="b",
            provider=ModelProvider.OPENAI,
            version=ModelVersion(major=1),
            parameter_count=0.5,
            benchmark_score={"mteb": [63.1]},
        ),
        Model(uuid="a"),
    ] == models


NAMES = "unknown, agent, finetuned, knowledgebase, guardrail, reasoning, serverless"


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (f"usecases: 'chat' is none of {NAMES}", {"usecases": "chat"}),
        (f"usecases: 'chat' is none of {NAMES}", {"usecases": ["agent", "chat"]}),
        (f"usecases: '' is none of {NAMES}", {"usecases": ""}),
        ("usecases must be names, or a list of them, not int", {"usecases": 5}),
        ("each of usecases must be a string, not int", {"usecases": ["agent", 5]}),
        ("each of usecases must be a string, not NoneType", {"usecases": [None]}),
        ("public_only must be True or False, not str", {"public_only": "true"}),
        ("public_only must be True or False, not int", {"public_only": 1}),
    ],
)
async def test_wrong_wishes(text: str, wishes: dict[str, Any]) -> None:
    """What is no use, or no flag, is refused by its name."""
    assert text == await refusal(lambda it: it.models.list(**wishes).collect())


@pytest.mark.parametrize("usecases", [["agent"], ("agent",), {"agent"}, {"agent": 1}])
async def test_any_collection(usecases: Iterable[str]) -> None:
    """Uses may come as any collection of names."""
    assert [AGENT, *PAGE] == params_of(await asked(usecases=usecases))
