"""Run the command in a pseudo-terminal, and type."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.support.command_server import CommandServer, Fork

CTRL_C = b"\x03"

_PATIENCE = 60.0
"""Seconds for a text to come, or for the command to end."""


class Terminal:
    """
    The command in a terminal of its own, which interrupts it by Ctrl-C.

    Args:
        arguments: Arguments of the command.
        columns: Width of the terminal.
        server: What runs the command; None starts a process of its own.
        env: Variables besides those of the process.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        server: CommandServer | None = None,
        **env: str,
    ) -> None:
        self.output = b""
        self._master, self._slave = os.openpty()
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)
        self._mode = termios.tcgetattr(self._slave)
        self._seen = 0
        variables = {**os.environ, **env}
        self._process: Fork | subprocess.Popen[bytes]
        if server is None:
            self._process = self._start(arguments, variables)
        else:
            self._process = server.start(arguments, [self._slave] * 3, variables)

    def _start(
        self, arguments: Sequence[str], env: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "gradient_async.cli", *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=env,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )

    def __enter__(self) -> Self:
        """Return the terminal."""
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        """End the command, and close the terminal."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)
        os.close(self._slave)

    def wait_for(self, text: str) -> None:
        """Wait until a text is drawn after the one waited for before."""
        wanted = text.encode()
        self.wait_until(lambda: wanted in self.output[self._seen :])
        at = self.output.find(wanted, self._seen)
        assert at >= 0, f"no {text!r} in {self.output[-2000:]!r}"
        self._seen = at + len(wanted)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def wait_until(self, is_done: Callable[[], bool]) -> None:
        """Read what is drawn until something is done, or the command has ended."""
        self._read_until(lambda: is_done() or self._has_ended)

    def finish(self) -> int:
        """Wait for the command to end, and return its exit code."""
        self._read_until(lambda: self._has_ended)
        return self._process.wait(0)

    @property
    def is_restored(self) -> bool:
        """Whether the terminal has its mode again, and its cursor."""
        shown = self.output.rfind(b"\x1b[?25h") >= self.output.rfind(b"\x1b[?25l")
        return shown and self._mode == termios.tcgetattr(self._slave)

    @property
    def text(self) -> str:
        """The output without escape sequences."""
        text = self.output.decode("utf-8", "replace")
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)

    @property
    def _has_ended(self) -> bool:
        """Whether the command has ended, and everything that it drew was read."""
        return self._process.poll() is not None and not self._is_readable(0)

    def _read_until(self, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not is_done() and time.monotonic() < deadline:
            if self._is_readable(0.01):
                self.output += os.read(self._master, 65536)

    def _is_readable(self, seconds: float) -> bool:
        return bool(select.select([self._master], [], [], seconds)[0])
