"""Packages whose names are imported on first use, as PEP 562 allows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """
    Return the functions `__getattr__` and `__dir__` of a package with lazy names.

    Hide both from type checkers, which find imports under `if TYPE_CHECKING:` instead.
    These can be star imports, which `__all__` narrows to the names that it lists.

    Args:
        package: Name of the package.
        modules: The names that each module defines, separated by spaces.
    """
    homes = {name: module for module in modules for name in modules[module].split()}

    def load(name: str) -> object:
        if name not in homes:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value: object = getattr(import_module(homes[name]), name)
        # From now on the name is found without this function.
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return load, names
