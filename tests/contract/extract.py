"""
Extract facts from the official description: `python -m tests.contract.extract FILE`.

Writes `facts.txt` beside this file: names and types, without the prose. A line for each
operation: method, path, id, and where the package has it, its query parameters
(`?name:type`), its body (`<type`) and its response (`>type`). Then a line for each
schema: its name, and its properties (`name:type`) or what else it is.

A type is `string/date-time` with a format, `@Name` for a schema, `[type]` for a list,
`string=A|B~A` for an enum and its default.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

FACTS_PATH: Final = Path(__file__).with_name("facts.txt")
"""The facts as they were last extracted."""

Tree: TypeAlias = Mapping[str, Any]
"""An object of the description."""

_PROSE: Final = {"description", "title", "example", "summary"}
_KNOWN: Final = {"type", "format", "enum", "default", "$ref", "items", "properties"}


def extract(description: Path, covered: Collection[str]) -> str:
    """Return the facts of a description, in full for the covered operations."""
    # PyYAML's default loader, in Python, takes ten times as long.
    tree = yaml.load(description.read_text(), Loader=yaml.CSafeLoader)
    return "".join(f"{line}\n" for line in extract_lines(tree, covered))


def extract_lines(tree: Tree, covered: Collection[str]) -> list[str]:
    """Extract all operations, and the schemas that the covered ones lead to."""
    operations = sorted(
        (it["operationId"], _render_operation(method, path, it, covered))
        for path, operations in tree["paths"].items()
        for method, it in operations.items()
    )
    lines = [line for _, line in operations]
    return [*lines, "", *_extract_schemas(tree["components"]["schemas"], lines)]


def _render_operation(
    method: str, path: str, operation: Tree, covered: Collection[str]
) -> str:
    parts = [method.upper(), path, operation["operationId"]]
    if operation["operationId"] in covered:
        parts += _render_call(operation)
    return " ".join(parts)


def _render_call(operation: Tree) -> Iterator[str]:
    """Render parameters, body and response; fail if there is more than one success."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield f"?{parameter['name']}:{_render(parameter['schema'])}"
    if "requestBody" in operation:
        yield f"<{_render_content(operation['requestBody'])}"
    responses = operation["responses"].items()
    ((_, response),) = (it for it in responses if it[0].startswith("2"))
    yield f">{_render_content(response)}"


def _render_content(message: Tree) -> str:
    return _render(message["content"]["application/json"]["schema"])


def _render(schema: Tree) -> str:
    """Render a type; raise for a keyword that would be lost."""
    if unknown := schema.keys() - _PROSE - _KNOWN:
        msg = f"the description has unknown keywords: {sorted(unknown)}"
        raise ValueError(msg)
    if "$ref" in schema:
        return f"@{schema['$ref'].rpartition('/')[2]}"
    if "items" in schema:
        return f"[{_render(schema['items'])}]"
    if "properties" in schema:
        inner = sorted(schema["properties"].items())
        return " ".join(f"{name}:{_render(it)}" for name, it in inner)
    form = f"/{schema['format']}" if "format" in schema else ""
    values = f"={'|'.join(schema['enum'])}" if "enum" in schema else ""
    default = f"~{schema['default']}" if "default" in schema else ""
    return f"{schema['type']}{form}{values}{default}"


def _extract_schemas(schemas: Tree, lines: Collection[str]) -> list[str]:
    """Render the schemas that lines refer to, directly or through others."""
    rendered: dict[str, str] = {}
    pending = [*lines]
    while pending:
        for part in pending.pop().replace("@", " @").split():
            name = part[1:].rstrip("]")
            if part.startswith("@") and name not in rendered:
                rendered[name] = f"{name} {_render(schemas[name])}"
                pending.append(rendered[name])
    return sorted(rendered.values())


def main() -> None:
    """Write the facts of the description named on the command line."""
    from tests.support.operations import OPERATIONS  # noqa: PLC0415

    (description,) = sys.argv[1:]
    FACTS_PATH.write_text(extract(Path(description), OPERATIONS))


if __name__ == "__main__":  # pragma: no cover  (the tests call it)
    main()
