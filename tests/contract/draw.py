"""
Draw the facts from the official description: `python -m tests.contract.draw FILE`.

Writes `facts.json` beside this file: names and types, and none of the prose.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

FACTS: Final = Path(__file__).with_name("facts.json")
"""The facts, as they were drawn last."""

UNCOVERED: Final = Path(__file__).with_name("uncovered.txt")
"""The operations that have no method yet; only what others need is drawn in full."""

Tree: TypeAlias = dict[str, Any]
"""An object of the description, or of the facts."""

_PROSE: Final = {"description", "title", "example", "summary"}
_PLAIN: Final = {"type", "format", "enum", "default"}
_NESTED: Final = {"$ref", "items", "properties"}


def draw(description: Path) -> str:
    """Draw the facts of a description, as the text to be kept."""
    # The slow loader of the same library takes ten times as long.
    tree = yaml.load(description.read_text(), Loader=yaml.CSafeLoader)
    facts = draw_facts(tree, UNCOVERED.read_text().split())
    return json.dumps(facts, indent=2, sort_keys=True) + "\n"


def draw_facts(tree: Tree, uncovered: Collection[str]) -> Tree:
    """Draw all operations, and the schemas that the covered ones lead to."""
    operations = [
        _draw_name(method, path, operation)
        | ({} if operation["operationId"] in uncovered else _draw_call(operation))
        for path, operations in tree["paths"].items()
        for method, operation in operations.items()
    ]
    return {
        "operations": sorted(operations, key=itemgetter("id")),
        "schemas": _reach(tree["components"]["schemas"], operations),
    }


def _draw_name(method: str, path: str, operation: Tree) -> Tree:
    return {"id": operation["operationId"], "method": method.upper(), "path": path}


def _draw_call(operation: Tree) -> Tree:
    """Draw what goes out and what comes back; where an answer may differ, fail."""
    parameters = [_draw_parameter(it) for it in operation.get("parameters", ())]
    ((_, answer),) = (
        it for it in operation["responses"].items() if it[0].startswith("2")
    )
    body = operation.get("requestBody")
    return {
        "parameters": sorted(parameters, key=itemgetter("place", "name")),
        "body": None if body is None else _draw_content(body),
        "answer": _draw_content(answer),
    }


def _draw_parameter(parameter: Tree) -> Tree:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "required": parameter.get("required", False),
        "shape": _draw_shape(parameter["schema"]),
    }


def _draw_content(message: Tree) -> Tree:
    return _draw_shape(message["content"]["application/json"]["schema"])


def _draw_shape(schema: Tree) -> Tree:
    """Draw a schema; a keyword that is not known yet must not get lost."""
    if unknown := schema.keys() - _PROSE - _PLAIN - _NESTED:
        msg = f"the description has something new: {sorted(unknown)}"
        raise ValueError(msg)
    shape = {key: schema[key] for key in _PLAIN & schema.keys()}
    if "$ref" in schema:
        shape["ref"] = schema["$ref"].rpartition("/")[2]
    if "items" in schema:
        shape["items"] = _draw_shape(schema["items"])
    if "properties" in schema:
        inner = schema["properties"].items()
        shape["properties"] = {name: _draw_shape(it) for name, it in inner}
    return shape


def _reach(schemas: Mapping[str, Tree], operations: list[Tree]) -> Tree:
    """Draw the schemas that operations lead to, directly or by others."""
    reached: Tree = {}
    waiting = list(_references(operations))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = _draw_shape(schemas[name])
            waiting += _references(reached[name])
    return reached


def _references(facts: object) -> Iterator[str]:
    """Name the schemas that facts refer to."""
    if isinstance(facts, dict):
        if isinstance(facts.get("ref"), str):
            yield facts["ref"]
        facts = list(facts.values())
    if isinstance(facts, list):
        for inner in facts:
            yield from _references(inner)


def main() -> None:
    """Write the facts of the description that the command line names."""
    (description,) = sys.argv[1:]
    FACTS.write_text(draw(Path(description)))


if __name__ == "__main__":
    main()
