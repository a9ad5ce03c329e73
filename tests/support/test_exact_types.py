"""The type checks of the tests find every mismatch, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import attrs
import pytest

from gradient_async.models.scalars import Timestamp
from tests.support.exact_types import type_mismatches


class Colour(StrEnum):
    """An enum."""

    RED = "red"


@attrs.frozen
class Leaf:
    """A nested class."""

    count: int = 0


@attrs.frozen
class Tree:
    """A class with a field of each kind that the models have."""

    flag: bool = False
    text: str | None = None
    colour: Colour = Colour.RED
    moment: Timestamp | None = None
    leaves: tuple[Leaf, ...] = ()
    leaf: Leaf = Leaf()


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  (the point)


@pytest.mark.parametrize(
    "tree",
    [
        Tree(),
        Tree(flag=True, text="x", moment=NAIVE.replace(tzinfo=UTC)),
        Tree(leaves=(Leaf(1), Leaf(2))),
    ],
)
def test_matching_types(tree: Tree) -> None:
    """An object that matches its annotations has no type_mismatches."""
    assert [] == list(type_mismatches(tree, Tree))


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"flag": 1}, "$.flag"),
        ({"text": 5}, "$.text"),
        ({"text": Colour.RED}, "$.text"),
        ({"colour": "red"}, "$.colour"),
        ({"moment": NAIVE}, "$.moment"),
        ({"moment": "2026-01-01T00:00:00Z"}, "$.moment"),
        ({"leaves": [Leaf()]}, "$.leaves"),
        ({"leaves": (Leaf(), None)}, "$.leaves[1]"),
        ({"leaves": (Leaf(), Leaf(True))}, "$.leaves[1].count"),
        ({"leaf": Leaf(1.0)}, "$.leaf.count"),  # type: ignore[arg-type]
        ({"leaf": None}, "$.leaf"),
    ],
)
def test_finds_each_mismatch(wrong: dict[str, Any], path: str) -> None:
    """A value of another type is found, and its path is named."""
    found = [
        mismatch.split(": ")[0] for mismatch in type_mismatches(Tree(**wrong), Tree)
    ]

    assert [path] == found
