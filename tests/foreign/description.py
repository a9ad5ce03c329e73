"""The official description, as requests are generated from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias

Description: TypeAlias = dict[str, Any]

EXCEPTIONS: Final[Mapping[int, str]] = {
    400: "the request cannot be read",
    409: "the state forbids it: a job runs, or there is a schedule",
    422: "a member makes no sense, such as an empty name",
}
"""
The statuses that the description has by `default` only, each with its reason.

`default` would cover every other status as well, so these take its place.
"""


def select(description: Description, served: Collection[str]) -> Description:
    """Return the description of some operations, by their ids."""
    paths: dict[str, Any] = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if operation["operationId"] in served:
                paths.setdefault(path, {})[method] = _close(operation)
    return {**description, "paths": paths}


def set_examples(
    description: Description,
    properties: Mapping[str, object],
    ids: Mapping[str, str],
) -> None:
    """
    Replace the examples, from which requests are generated, by what exists.

    `properties` has those of bodies, by name. `ids` has those of paths: by name, or by
    operation, a dot and name.
    """
    for schema in description["components"]["schemas"].values():
        for name, value in schema.get("properties", {}).items():
            if name in properties:
                value["example"] = properties[name]
    for operation in _operations(description):
        for parameter in operation.get("parameters", ()):
            name = parameter["name"]
            own = f"{operation['operationId'].removeprefix('genai_')}.{name}"
            if parameter["in"] == "path":
                parameter["example"] = ids.get(own) or ids[name]


def _close(operation: dict[str, Any]) -> dict[str, Any]:
    """Return an operation whose statuses are the described ones and the exceptions."""
    responses = dict(operation["responses"])
    error = responses.pop("default")
    return {
        **operation,
        "responses": {**responses, **{str(it): error for it in EXCEPTIONS}},
    }


def _operations(description: Description) -> Iterator[dict[str, Any]]:
    for item in description["paths"].values():
        yield from item.values()
