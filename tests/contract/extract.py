"""
Extract facts from the official description: `python -m tests.contract.extract FILE`.

Writes `facts.json` beside this file: names and types, without the prose.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

FACTS_PATH: Final = Path(__file__).with_name("facts.json")
"""The facts as they were last extracted."""

UNCOVERED_PATH: Final = Path(__file__).with_name("uncovered.txt")
"""The operations without a method; all others are extracted in full."""

Tree: TypeAlias = dict[str, Any]
"""An object of the description, or of the facts."""

_PROSE: Final = {"description", "title", "example", "summary"}
_PLAIN: Final = {"type", "format", "enum", "default"}
_NESTED: Final = {"$ref", "items", "properties"}


def extract(description: Path) -> str:
    """Return the facts of a description, as the text of `facts.json`."""
    # PyYAML's default loader, in Python, takes ten times as long.
    tree = yaml.load(description.read_text(), Loader=yaml.CSafeLoader)
    facts = extract_facts(tree, UNCOVERED_PATH.read_text().split())
    return json.dumps(facts, indent=2, sort_keys=True) + "\n"


def extract_facts(tree: Tree, uncovered: Collection[str]) -> Tree:
    """Extract all operations, and the schemas that the covered ones lead to."""
    operations = [
        _extract_name(method, path, operation)
        | ({} if operation["operationId"] in uncovered else _extract_call(operation))
        for path, operations in tree["paths"].items()
        for method, operation in operations.items()
    ]
    return {
        "operations": sorted(operations, key=itemgetter("id")),
        "schemas": _extract_schemas(tree["components"]["schemas"], operations),
    }


def _extract_name(method: str, path: str, operation: Tree) -> Tree:
    return {"id": operation["operationId"], "method": method.upper(), "path": path}


def _extract_call(operation: Tree) -> Tree:
    """Extract request and response; fail if there is more than one success."""
    parameters = [_extract_parameter(it) for it in operation.get("parameters", ())]
    ((_, response),) = (
        it for it in operation["responses"].items() if it[0].startswith("2")
    )
    body = operation.get("requestBody")
    return {
        "parameters": sorted(parameters, key=itemgetter("place", "name")),
        "body": None if body is None else _extract_content(body),
        "response": _extract_content(response),
    }


def _extract_parameter(parameter: Tree) -> Tree:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "required": parameter.get("required", False),
        "shape": _extract_shape(parameter["schema"]),
    }


def _extract_content(message: Tree) -> Tree:
    return _extract_shape(message["content"]["application/json"]["schema"])


def _extract_shape(schema: Tree) -> Tree:
    """Extract a schema; raise on an unknown keyword rather than lose it."""
    if unknown := schema.keys() - _PROSE - _PLAIN - _NESTED:
        msg = f"the description has unknown keywords: {sorted(unknown)}"
        raise ValueError(msg)
    shape = {key: schema[key] for key in _PLAIN & schema.keys()}
    if "$ref" in schema:
        shape["ref"] = schema["$ref"].rpartition("/")[2]
    if "items" in schema:
        shape["items"] = _extract_shape(schema["items"])
    if "properties" in schema:
        inner = schema["properties"].items()
        shape["properties"] = {name: _extract_shape(it) for name, it in inner}
    return shape


def _extract_schemas(schemas: Mapping[str, Tree], operations: list[Tree]) -> Tree:
    """Extract the schemas that operations refer to, directly or through others."""
    extracted: Tree = {}
    pending = list(_references(operations))
    while pending:
        name = pending.pop()
        if name not in extracted:
            extracted[name] = _extract_shape(schemas[name])
            pending += _references(extracted[name])
    return extracted


def _references(facts: object) -> Iterator[str]:
    """Iterate over the names of the schemas that facts refer to."""
    if isinstance(facts, dict):
        if isinstance(facts.get("ref"), str):
            yield facts["ref"]
        facts = list(facts.values())
    if isinstance(facts, list):
        for inner in facts:
            yield from _references(inner)


def main() -> None:
    """Write the facts of the description named on the command line."""
    (description,) = sys.argv[1:]
    FACTS_PATH.write_text(extract(Path(description)))


if __name__ == "__main__":
    main()
