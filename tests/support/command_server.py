"""
Run the command in forks of a process that has imported it: each takes milliseconds.

Run as a module, it is that process. Forks are not measured: they end without writing
down what they ran.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import termios
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from gradient_async.cli import commands, main
from gradient_async.cli.command_tree import app

_PATIENCE = 60.0
"""Seconds for a command to end."""

_MAX_REQUEST = 65536


class CommandServer:
    """A process that has imported the command, and forks for each run."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            command = [sys.executable, "-m", __name__, str(number)]
            self._process = subprocess.Popen(command, pass_fds=[number])

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        """End the server."""
        self._socket.close()
        self._process.wait(_PATIENCE)

    def start(
        self, arguments: Sequence[str], streams: Sequence[int], env: Mapping[str, str]
    ) -> Fork:
        """Run the command with these standard streams, which may be a terminal."""
        request = {"arguments": arguments, "env": {**env}, "folder": str(Path.cwd())}
        socket.send_fds(self._socket, [json.dumps(request).encode()], streams)
        return Fork(self._socket)


class Fork:
    """A run of the command, and its exit code once it has ended."""

    def __init__(self, server: socket.socket) -> None:
        self._socket = server
        self._pid = int(server.recv(_MAX_REQUEST))
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code; None while the command runs."""
        if self._code is None and select.select([self._socket], [], [], 0)[0]:
            self.wait()
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the command has ended, and return its exit code."""
        if self._code is None:
            self._socket.settimeout(_PATIENCE if timeout is None else timeout)
            self._code = int(self._socket.recv(_MAX_REQUEST))
        return self._code

    def kill(self) -> None:
        """Kill the command, if it still runs."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send a signal to the command, if it still runs."""
        if self.poll() is None:
            os.kill(self._pid, number)


def run_in_pipes(
    server: CommandServer, arguments: Sequence[str], *, interrupt_at: str = ""
) -> tuple[int, str, str]:
    """
    Run the command without a terminal; return its exit code, and what it writes.

    Args:
        server: What runs the command.
        arguments: Arguments of the command.
        interrupt_at: Text on stdout or stderr after which it is interrupted; empty
            lets the command end.
    """
    pipes = [os.pipe(), os.pipe()]
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  (a descriptor is needed)
        streams = [nothing.fileno(), *(end for _, end in pipes)]
        fork = server.start(arguments, streams, os.environ)
    written = {reader: b"" for reader, _ in pipes}
    for _, end in pipes:
        os.close(end)
    is_open = set(written)
    while is_open:
        for reader in select.select(is_open, [], [], _PATIENCE)[0]:
            data = os.read(reader, _MAX_REQUEST)
            written[reader] += data
            if not data:
                is_open.remove(reader)
            if interrupt_at and interrupt_at.encode() in written[reader]:
                fork.send_signal(signal.SIGINT)
                interrupt_at = ""
    for reader in written:
        os.close(reader)
    out, err = (it.decode() for it in written.values())
    return fork.wait(), out, err


def serve(requests: socket.socket) -> None:  # pragma: no cover
    """Run commands one after another, until nobody asks for more."""
    for module in pkgutil.iter_modules(commands.__path__):
        import_module(f"{commands.__name__}.{module.name}")
    app.generate_completion(shell="bash")
    gc.freeze()
    while True:
        data, streams, _, _ = socket.recv_fds(requests, _MAX_REQUEST, 3)
        if not data:
            return
        pid = os.fork()
        if not pid:
            _run(json.loads(data), streams)
        for stream in streams:
            os.close(stream)
        requests.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        requests.send(str(os.waitstatus_to_exitcode(status)).encode())


def _run(
    request: Mapping[str, Any], streams: Sequence[int]
) -> NoReturn:  # pragma: no cover
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
        for number, mode in enumerate("rww")
    )
    os._exit(_exit_code(request["arguments"]))


def _exit_code(arguments: Sequence[str]) -> int:  # pragma: no cover
    """Run the command as a new process would, and return its exit code."""
    try:
        try:
            main(arguments)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
    except SystemExit as exit_:
        return int(exit_.code or 0)
    except BaseException:  # noqa: BLE001  (as at the end of a process)
        traceback.print_exc()
        sys.stderr.flush()
        return 1


if __name__ == "__main__":  # pragma: no cover
    with socket.socket(fileno=int(sys.argv[1])) as given:
        serve(given)
