"""The operations that the package has: the constants of its resources."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, TypeAlias

from gradient_async import resources
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.operation import Operation

# `Any`: of all payloads.
AnyOperation: TypeAlias = Operation[Any] | ListOperation[Any]


def _find_operations() -> Iterator[AnyOperation]:
    for module in pkgutil.iter_modules(resources.__path__, f"{resources.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Operation | ListOperation):
                yield value


OPERATIONS: Final[Mapping[str, AnyOperation]] = {it.id: it for it in _find_operations()}
"""The operations, by id."""
