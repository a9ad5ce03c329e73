"""
Compare a page on migration with the SDK that it is about, as installed.

A page must name every method of its SDK that sends one of this package's requests, and
nothing that the SDK does not have. Old names must be explained when they are used.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator
from importlib import import_module
from typing import Any, Final

import attrs

from gradient_async import Client
from tests.foreign.sdks import SDKMethod, find_gradient_methods, find_pydo_methods
from tests.support.foreign import PAGES, Call, read_rows
from tests.support.operations import OPERATIONS

_ENDPOINTS: Final = {
    f"{it.method} {re.sub(r'{[^}]*}', '{}', it.path)}" for it in OPERATIONS.values()
}


@attrs.frozen
class SDK:
    """Another SDK as it is installed."""

    name: str
    methods: Collection[SDKMethod]
    """The methods of its asynchronous client."""
    blocking: Collection[SDKMethod]
    """The methods of its blocking client."""
    clients: tuple[Any, ...]
    errors: frozenset[str]

    def find_covered(self) -> set[str]:
        """
        Return the methods that the page must have.

        Those that send a request which this package sends, and those beside them that
        send none of their own, such as the ones that wait.
        """
        sent = {it for it in self.methods if it.endpoint in _ENDPOINTS}
        groups = {it.group for it in sent}
        beside = {it for it in self.methods if not it.endpoint and it.group in groups}
        return {it.path for it in sent | beside}


def load_gradient() -> SDK:
    """Return what `gradient` has."""
    module = import_module("gradient")
    bases = import_module("gradient.resources.knowledge_bases.knowledge_bases")
    errors = _error_names(module) | _error_names(bases)
    return SDK(
        "gradient",
        find_gradient_methods("AsyncGradient"),
        find_gradient_methods("Gradient"),
        (module.Gradient, module.AsyncGradient),
        frozenset(it for it in errors if not it.startswith("Agent")),
    )


def load_pydo() -> SDK:
    """Return what `pydo` has."""
    module, aio = import_module("pydo"), import_module("pydo.aio")
    azure = import_module("azure.core.exceptions")
    return SDK(
        "pydo",
        find_pydo_methods("pydo.aio"),
        find_pydo_methods("pydo"),
        (module.Client, aio.Client),
        _error_names(azure),
    )


LOADERS: Final = {"gradient": load_gradient, "pydo": load_pydo}
"""What returns each SDK, where it is installed."""


def _error_names(module: Any) -> frozenset[str]:
    found = inspect.getmembers(module, inspect.isclass)
    return frozenset(name for name, it in found if issubclass(it, Exception))


def check_calls(sdk: SDK) -> Iterator[str]:
    """Compare the table of calls with the methods of the SDK."""
    methods = {it.path: it for it in sdk.methods}
    calls = [it for row in read_rows(PAGES[sdk.name], "Calls") for it in row.theirs]
    covered = sdk.find_covered()
    yield from (f"not on the page: {it}" for it in covered - {it.path for it in calls})
    for call in calls:
        if call.path not in methods:
            yield f"on the page only: {call.path}"
        elif not call.parameters <= methods[call.path].parameters:
            yield f"has other parameters: {call.path}"
    print(f"{sdk.name}: {len(covered)} calls in the area, {len(calls)} on the page")


def check_client(sdk: SDK) -> Iterator[str]:
    """Compare the table of the client's arguments with its signature."""
    clients = {it.__name__: it for it in sdk.clients}
    for row in read_rows(PAGES[sdk.name], "The client"):
        for call in row.theirs:
            parameters = inspect.signature(clients[call.path]).parameters
            kinds = {it.kind for it in parameters.values()}
            is_open = inspect.Parameter.VAR_KEYWORD in kinds
            if not is_open and not call.parameters <= parameters.keys():
                yield f"has other parameters: {call}"


def check_errors(sdk: SDK) -> Iterator[str]:
    """Compare the table of errors with those of the SDK."""
    rows = read_rows(PAGES[sdk.name], "Errors")
    named = {call.path for row in rows for call in row.theirs}
    yield from (f"no such error: {it}" for it in named - sdk.errors)
    # azure-core, the base of pydo, has many that concern other services.
    if sdk.name == "gradient":
        yield from (f"error not on the page: {it}" for it in sdk.errors - named)


def check_blocking(sdk: SDK) -> Iterator[str]:
    """Check that the page holds for the blocking client, too."""
    if {*sdk.blocking} != {*sdk.methods}:
        yield "the blocking client has other methods than the asynchronous one"


def check_names(sdk: SDK) -> Iterator[str]:
    """Check that each old call exists here, too, or that its error explains it."""
    for row in read_rows(PAGES[sdk.name], "Calls"):
        yield from (
            f"not explained: {it.path}" for it in row.theirs if not _is_known(it)
        )


def _is_known(call: Call) -> bool:
    found: object = Client("t")
    for name in call.path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError as error:
            return "see docs/" in str(error)
    return True


def check_page(name: str) -> None:
    """Raise an AssertionError that lists what is wrong with the page of an SDK."""
    sdk = LOADERS[name]()
    checks = (check_calls, check_client, check_errors, check_blocking, check_names)
    problems = [it for check in checks for it in check(sdk)]

    assert not problems, "\n".join(problems)
    print(f"{name}: the page is complete and true")
