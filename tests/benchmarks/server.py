"""
A server of indexing jobs in a process of its own, so that only the client is measured.

`python -m tests.benchmarks.server 100000` prints its port, and serves until killed.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.benchmarks.job_pages import JobPages, render_job

_PAGE: Final = re.compile(rb"[?&]page=([0-9]+)")
_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: application/json\r\n"
    b"Content-Length: %d\r\n"
    b"Date: Sun, 01 Nov 2026 12:00:00 GMT\r\n"
    b"ratelimit-limit: 5000\r\n"
    b"ratelimit-remaining: 4990\r\n"
    b"ratelimit-reset: 1793538000\r\n"
    b"x-request-id: 0b1e4f2a-0000-4000-8000-000000000000\r\n"
    b"\r\n"
)


@contextmanager
def run_server(jobs: int) -> Iterator[str]:
    """Run the server with a list of this many jobs, and yield its URL."""
    command = [sys.executable, "-m", "tests.benchmarks.server", str(jobs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


async def _serve(jobs: int) -> None:
    pages, job = JobPages(jobs), render_job()

    async def respond(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                page = _PAGE.search(head.split(b"\r\n", 1)[0])
                body = pages.render(int(page[1])) if page else job
                writer.write(_HEAD % len(body) + body)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
