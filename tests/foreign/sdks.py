"""The methods of the SDKs `gradient` and `pydo`, found in their classes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import Any, Final

import attrs

_VERB: Final = re.compile(
    r"self\._(get|post|put|patch|delete)\(|method=\"(GET|POST|PUT|PATCH|DELETE)\""
)
_PATH: Final = re.compile(r"\"(?:https://[\w.-]+)?(/[\w./{}-]+)\"")


@attrs.frozen
class SDKMethod:
    """A method of another SDK."""

    path: str
    """How it is reached from the client: `knowledge_bases.list`."""
    parameters: frozenset[str]
    """Names of its parameters."""
    endpoint: str
    """Its HTTP method and path, `{}` for each id; empty if it has none of its own."""

    @property
    def group(self) -> str:
        """What it is a method of, from the client."""
        return self.path.rpartition(".")[0]


def find_gradient_methods(client_name: str) -> list[SDKMethod]:
    """Return the methods of all resources of `gradient`, sync or async."""
    # It is installed in an environment of its own only.
    client = getattr(import_module("gradient"), client_name)(access_token="t")
    return [
        SDKMethod(path, _parameters(method), _endpoint(inspect.getsource(method)))
        for path, method in _walk(client, "")
        if "." in path
    ]


def _walk(owner: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    base = import_module("gradient._resource")
    for name, attribute in inspect.getmembers_static(type(owner)):
        if name.startswith("_"):
            continue
        if inspect.isfunction(attribute):
            yield prefix + name, attribute
        elif isinstance(attribute, cached_property) and name != "agent_endpoint":
            value = getattr(owner, name)
            if isinstance(value, base.SyncAPIResource | base.AsyncAPIResource):
                yield from _walk(value, f"{prefix}{name}.")


def find_pydo_methods(package: str) -> list[SDKMethod]:
    """Return the methods of `client.genai` of `pydo` or `pydo.aio`."""
    operations = import_module(f"{package}.operations").GenaiOperations
    requests = import_module("pydo.operations._operations")
    found = inspect.getmembers(operations, inspect.isfunction)
    return [
        SDKMethod(
            f"genai.{name}",
            _parameters(method),
            _endpoint(
                inspect.getsource(getattr(requests, f"build_genai_{name}_request"))
            ),
        )
        for name, method in found
        if not name.startswith("_")
    ]


def _parameters(method: Any) -> frozenset[str]:
    return frozenset(inspect.signature(method).parameters) - {"self"}


def _endpoint(source: str) -> str:
    """Return the HTTP method and path in the source of a method; empty without."""
    verb, path = _VERB.search(source), _PATH.search(re.sub(r"f\"", '"', source))
    if verb is None or path is None:
        return ""
    return f"{(verb[1] or verb[2]).upper()} {re.sub(r'{[^}]*}', '{}', path[1])}"
