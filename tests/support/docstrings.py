"""
Reads docstrings from Python source, those of attributes included.

Works on the syntax tree, since the interpreter does not keep an attribute's docstring.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise


def iter_docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Iterate over all docstrings in source code, each with its line number."""
    for block in _blocks(ast.parse(source)):
        for statement in block:
            if (text := _string(statement)) is not None:
                yield statement.lineno, text.strip()


def read_attributes(source: str, name: str) -> dict[str, bool]:
    """
    Return a class's own public attributes, and whether each has a docstring.

    Attributes are the names that the class body assigns or annotates, and those that
    its `__init__` sets on `self`. A docstring stands below one of the assignments.
    """
    (owner,) = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and node.name == name
    )
    attributes: dict[str, bool] = {}
    for prefix, block in [("", owner.body), *_init_blocks(owner)]:
        for statement, following in pairwise([*block, ast.Pass()]):
            for it in _assigned(statement, prefix):
                documented = _string(following) is not None
                attributes[it] = attributes.get(it, False) or documented
    return attributes


def _init_blocks(owner: ast.ClassDef) -> Iterator[tuple[str, list[ast.stmt]]]:
    for statement in owner.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            for block in _blocks(statement):
                yield "self.", block


def _assigned(statement: ast.stmt, prefix: str) -> Iterator[str]:
    """Iterate over the public names after `prefix` that a statement assigns."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    elif isinstance(statement, ast.Assign):
        targets = statement.targets
    for target in targets:
        for node in target.elts if isinstance(target, ast.Tuple) else [target]:
            before, found, name = ast.unparse(node).rpartition("self.")
            if before + found == prefix and not name.startswith("_"):
                yield name


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Iterate over all lists of statements in and below a node."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            # The body of a lambda is an expression.
            if isinstance(block, list):
                yield block


def _string(statement: ast.stmt) -> str | None:
    """Return the text of a statement that is a string literal, else None."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return value if isinstance(value, str) else None
    return None
