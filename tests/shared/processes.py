"""Workers as processes, which a test kills, stops and wakes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from gradient_async.shared import SharedStore
from gradient_async.shared.store import to_text


class WorkerProcess:
    """A process of `tests.shared.worker`, which logs to a file."""

    def __init__(self, redis: str, api: str, tokens: Iterable[str]) -> None:
        self._log = TemporaryFile("w+")  # noqa: SIM115  (closed by `end`)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.shared.worker", redis, api],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdin is not None
        with self._process.stdin as stdin:
            json.dump([*tokens], stdin)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()
        self._process.wait()
        self._log.close()

    def pause(self) -> None:
        """Suspend it."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> tuple[int, str]:
        """End it as an operator does; return its exit code, and what it logged."""
        self.resume()
        self._process.terminate()
        try:
            code = self._process.wait(20)
            self._log.seek(0)
            return code, self._log.read()
        finally:
            self.kill()


async def count_leases(store: SharedStore) -> dict[int, int]:
    """Return the number of leases of each process, by its id."""
    values = await store.execute("HVALS", "gradient:{main}:leases")
    sessions = [to_text(it).split(":")[1] for it in values]  # type: ignore[attr-defined]
    # One that was given up has none.
    return Counter(int(it.split(".")[-2]) for it in sessions if it)
