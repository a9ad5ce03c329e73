"""Prism as a subprocess: an independent reading of the official description."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_LISTENING = re.compile(rb"Prism is listening on (http://[0-9.:]+)")
_START_SECONDS = 60.0


@asynccontextmanager
async def run_prism(command: Path, *arguments: str) -> AsyncIterator[str]:
    """Run Prism on a free port, and yield its URL."""
    process = await asyncio.create_subprocess_exec(
        command,
        *arguments,
        "--host=127.0.0.1",
        "--port=0",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # Node may be a child of a wrapper script: killing the group ends both.
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_START_SECONDS):
            url = await _find_url(process.stdout)
        draining = asyncio.create_task(process.stdout.read())
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    await draining


async def _find_url(output: asyncio.StreamReader) -> str:
    lines = b""
    async for line in output:
        lines += line
        if found := _LISTENING.search(line):
            return found[1].decode()
    msg = f"Prism did not start:\n{lines.decode()}"
    raise RuntimeError(msg)
