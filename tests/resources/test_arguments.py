"""Arguments are checked and converted by the annotations of their method."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, Final

import pytest

from gradient_async.errors import ConfigurationError
from gradient_async.models import (
    CustomTask,
    ModelRouterPolicy,
    OpenSearchPlanSize,
    RerankingConfiguration,
)
from gradient_async.resources.arguments import checked

POLICY: Final = ModelRouterPolicy(task_slug="translation")


@checked
async def create(
    name: str,
    *,
    size: OpenSearchPlanSize | str | None = None,
    flag: bool | None = None,
    tags: Iterable[str] = (),
    policies: Iterable[ModelRouterPolicy] | None = None,
    config: RerankingConfiguration | None = None,
) -> dict[str, object]:
    """Return the arguments."""
    return {"name": name, "size": size, "flag": flag, "tags": tags} | {
        "policies": policies,
        "config": config,
    }


@checked
def find(name: str | None = None, **options: object) -> tuple[object, ...]:
    """Return the arguments."""
    return name, options


NOTHING: Final = {
    "name": "x",
    "size": None,
    "flag": None,
    "tags": (),
    "policies": None,
    "config": None,
}


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        ({}, {}),
        ({"size": OpenSearchPlanSize.SMALL}, {"size": "small"}),
        ({"size": OpenSearchPlanSize.SMALL}, {"size": OpenSearchPlanSize.SMALL}),
        ({"flag": False}, {"flag": False}),
        ({"tags": ("a", "b")}, {"tags": iter(["a", "b"])}),
        ({"policies": (POLICY,)}, {"policies": [POLICY]}),
        ({"policies": ()}, {"policies": []}),
    ],
)
async def test_conversions(
    expected: dict[str, object], arguments: dict[str, Any]
) -> None:
    """An iterable becomes a tuple, a name a member, and None stays None."""
    assert {**NOTHING, **expected} == await create("x", **arguments)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("name must not be empty", {"name": ""}),
        ("size: 'huge' is none of unspecified, small", {"size": "huge"}),
        ("tags must be a list of strings, got NoneType", {"tags": None}),
        (
            "policies must be a list of ModelRouterPolicy objects, got Model",
            {"policies": POLICY},
        ),
        (
            "each of policies must be a ModelRouterPolicy, got str",
            {"policies": ["translation"]},
        ),
        (
            "each of policies: models must be a tuple or a list, got str",
            {"policies": [ModelRouterPolicy(models="a")]},  # type: ignore[arg-type]
        ),
        (
            "each of policies: custom_task: name must be a string, got int",
            {"policies": [ModelRouterPolicy(custom_task=CustomTask(name=1))]},  # type: ignore[arg-type]
        ),
        (
            "config must be a RerankingConfiguration, got dict",
            {"config": {"enabled": True}},
        ),
    ],
)
async def test_refusals(message: str, arguments: dict[str, Any]) -> None:
    """An argument that does not fit is refused by its name."""
    with pytest.raises(ConfigurationError) as caught:
        await create(**{"name": "x"} | arguments)

    assert str(caught.value).startswith(message)


async def test_methods_stay_what_they_are() -> None:
    """The signature, the kind of function and the docstring are those of the method."""
    assert inspect.iscoroutinefunction(create)
    assert not inspect.iscoroutinefunction(find)
    assert "size" in inspect.signature(create).parameters
    assert "Return the arguments." == create.__doc__
    assert ("x", {"any": 1}) == find("x", any=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'nam'"):
        await create("x", nam="y")  # type: ignore[call-arg]
