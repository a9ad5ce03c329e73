"""Prism as a subprocess: somebody else's reading of the official description."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_LISTENING = re.compile(rb"Prism is listening on (http://[0-9.:]+)")
_PATIENCE = 60.0


@asynccontextmanager
async def run_prism(command: Path, *arguments: str) -> AsyncIterator[str]:
    """Run Prism on a free port; give its URL."""
    process = await asyncio.create_subprocess_exec(
        command,
        *arguments,
        "--host=127.0.0.1",
        "--port=0",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # Node may be started by a wrapper: a group is ended as a whole.
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_PATIENCE):
            url = await _find_url(process.stdout)
        draining = asyncio.create_task(process.stdout.read())
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    await draining


async def _find_url(output: asyncio.StreamReader) -> str:
    said = b""
    async for line in output:
        said += line
        if found := _LISTENING.search(line):
            return found[1].decode()
    msg = f"Prism did not start:\n{said.decode()}"
    raise RuntimeError(msg)
