"""The emulator as a command, for programs in other environments and languages."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO


@contextmanager
def run_emulator(*options: str) -> Iterator[Mapping[str, str]]:
    """
    Run the emulator, and yield the environment variables that it prints.

    Raises:
        AssertionError: It did not start, or wrote something on stderr.
    """
    command = [sys.executable, "-m", "gradient_async.emulator", *options]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            assert process.stdout is not None
            yield dict(_read_variables(process.stdout))
        finally:
            process.terminate()
            process.wait()
        errors.seek(0)
        text = errors.read()
    assert not text, text


def _read_variables(lines: IO[str]) -> Iterator[tuple[str, str]]:
    """Read `export NAME=value`; the token is the last."""
    for line in lines:
        name, _, value = line.removeprefix("export ").rstrip().partition("=")
        yield name, value
        if name == "DIGITALOCEAN_ACCESS_TOKEN":
            return
