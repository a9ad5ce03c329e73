"""
Run the Python blocks of these pages and of the README.

Each document is one namespace and one event loop, in which `await` is allowed at the
top level. Beside it runs an emulator with 60 jobs, which the environment points at.
The loop's clock jumps, so that no block waits, except on the page about processes: it
has a server of Redis beside it, for which the clock must not jump. A block that should
not run is marked as something other than `python`.
"""  # noqa: INP001

from __future__ import annotations

import ast
import asyncio
import builtins
import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from inspect import iscoroutine
from pathlib import Path
from types import FunctionType
from typing import Any
from unittest.mock import patch

import pytest
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, SkipParser

from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.shared.store import KEY_VARIABLE

_ROOT = Path(__file__).parent.parent

# If only pages are collected, nothing else makes `tests` importable.
sys.path.append(str(_ROOT))

from tests.shared.redis_server import run_redis  # noqa: E402
from tests.support.virtual_time import VirtualTimeLoop  # noqa: E402

_RUNNER, _EMULATOR, _ENVIRONMENT = "_runner", "_emulator", "_environment"
_RESOURCES = "_resources"

_REDIS_PAGE = "docs/several-processes.md"


def run_block(example: Example) -> None:
    """Run one block; it may await, define things for later ones, or `asyncio.run`."""
    runner: asyncio.Runner = example.namespace[_RUNNER]
    # Empty lines, so that a traceback shows the line of the page.
    source = "\n" * (example.line + example.parsed.line_offset) + example.parsed
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(source, example.path, "exec", flags, dont_inherit=True)
    # A loop of its own would leave the emulator behind.
    with patch.object(asyncio, "run", runner.run):
        result = FunctionType(code, example.namespace)()
    if iscoroutine(result):
        runner.run(result)


def open_redis_document(namespace: dict[str, Any]) -> None:
    """Start a server of Redis, too, to which the environment points."""
    resources = ExitStack()
    server = resources.enter_context(run_redis())
    open_document(namespace, asyncio.SelectorEventLoop)
    os.environ["GRADIENT_SHARED_URL"] = server.url
    os.environ[KEY_VARIABLE] = "a key of more than 16 bytes"
    namespace[_RESOURCES] = resources


def close_redis_document(namespace: dict[str, Any]) -> None:
    """Stop everything."""
    close_document(namespace)
    namespace[_RESOURCES].close()


def open_document(
    namespace: dict[str, Any],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = VirtualTimeLoop,
) -> None:
    """Start the emulator and the event loop of a document."""
    # As long as on the platform: no page may start a job too early.
    emulator = Emulator(jobs=60, database_seconds=300)
    runner = asyncio.Runner(loop_factory=loop_factory)
    runner.run(emulator.start())
    environment = patch.dict(os.environ)
    environment.start()
    for name in (*TOKEN_VARIABLES, BASE_URL_VARIABLE):
        os.environ.pop(name, None)
    os.environ[TOKEN_VARIABLES[0]] = emulator.token
    os.environ[BASE_URL_VARIABLE] = emulator.url
    # Names that `exec` and the interpreter set in every module.
    namespace |= {"__builtins__": builtins, "__name__": "__main__"}
    namespace |= {_RUNNER: runner, _EMULATOR: emulator, _ENVIRONMENT: environment}


def close_document(namespace: dict[str, Any]) -> None:
    """Stop both, and restore the environment."""
    runner: asyncio.Runner = namespace[_RUNNER]
    runner.run(namespace[_EMULATOR].aclose())
    runner.close()
    logging.getLogger("gradient_async").setLevel(logging.NOTSET)
    namespace[_ENVIRONMENT].stop()


class Documents:
    """A plugin that makes pytest collect the documents."""

    pytest_collect_file = staticmethod(
        (
            Sybil(
                parsers=[CodeBlockParser("python", run_block), SkipParser()],
                path=str(_ROOT),
                patterns=["README.md", "docs/*.md"],
                excludes=[_REDIS_PAGE],
                setup=open_document,
                teardown=close_document,
            )
            + Sybil(
                parsers=[CodeBlockParser("python", run_block), SkipParser()],
                path=str(_ROOT),
                patterns=[_REDIS_PAGE],
                setup=open_redis_document,
                teardown=close_redis_document,
            )
        ).pytest()
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect all documents, since the README is outside this folder."""
    config.pluginmanager.register(Documents(), "documents")
