"""Public fields say what they hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import gradient_async

_PACKAGE = Path(gradient_async.__file__).parent
_PATHS = [
    *sorted((_PACKAGE / "shared").rglob("*.py")),
    _PACKAGE / "accounts/pacers.py",
    _PACKAGE / "changes/batches.py",
]


def find_bare_fields(source: str) -> Iterator[str]:
    """Iterate over the public fields that have no docstring."""
    for found in ast.walk(ast.parse(source)):
        if isinstance(found, ast.ClassDef) and not found.name.startswith("_"):
            for field, after in pairwise([*found.body, ast.Pass()]):
                name = ast.unparse(getattr(field, "target", field))
                is_public = isinstance(field, ast.AnnAssign) and name[0] != "_"
                if is_public and not isinstance(after, ast.Expr):
                    yield f"{found.name}.{name}"


@pytest.mark.parametrize("path", _PATHS, ids=lambda it: it.name)
def test_public_fields(path: Path) -> None:
    """Each public field of what several processes share has a docstring."""
    assert [] == [*find_bare_fields(path.read_text("utf-8"))]


def test_a_field_without_a_docstring_is_found() -> None:
    """Only a public field that nothing explains is found."""
    source = "class A:\n    a: int\n    'It.'\n    b: int\n    _c: int\n"

    assert ["A.b"] == [*find_bare_fields(source)]
