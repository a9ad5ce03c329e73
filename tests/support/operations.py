"""The resources of a client, and the operations that the package has."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, TypeAlias, get_type_hints

from gradient_async import Client, resources
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource

# `Any`: of all payloads.
AnyOperation: TypeAlias = Operation[Any] | ListOperation[Any]


def _find_operations() -> Iterator[AnyOperation]:
    for module in pkgutil.iter_modules(resources.__path__, f"{resources.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Operation | ListOperation):
                yield value


OPERATIONS: Final[Mapping[str, AnyOperation]] = {it.id: it for it in _find_operations()}
"""The operations, by id."""

RESOURCES: Final[Mapping[str, type[Resource]]] = {
    name: kind
    for name, it in vars(Client).items()
    if isinstance(it, property)
    and isinstance(kind := get_type_hints(it.fget)["return"], type)
    and issubclass(kind, Resource)
}
"""The classes of the resources, by the names of the attributes of a client."""
