"""Run a command for the token that it prints, and leave nothing of it behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from gradient_async.errors import TokenError
from gradient_async.transport.credentials import Secret

# Far more than a token; the rest of what a command prints is dropped.
_MAX_OUTPUT: Final = 65_536

_HAS_GROUPS: Final = hasattr(os, "killpg")


async def run_token_command(
    command: Sequence[str], seconds: float, name: str
) -> Secret:
    """
    Run a command and return what it prints.

    Args:
        command: Program and arguments; no shell reads them.
        seconds: Time after which it is killed.
        name: How errors call the command.

    Raises:
        TokenError: It cannot be started, does not finish in time, or fails.
    """
    transport, output = await _start(command, name)
    try:
        async with asyncio.timeout(seconds):
            await output.end.wait()
    except TimeoutError:
        msg = f"{name} did not finish within {seconds:g} s"
        raise TokenError(msg) from None
    finally:
        await _stop(transport, output)
    exit_code = transport.get_returncode()
    if exit_code:
        msg = f"{name} failed with exit code {exit_code}"
        raise TokenError(msg)
    return output.read()


class _Output(asyncio.SubprocessProtocol):
    """What a command prints, and how far it is."""

    def __init__(self) -> None:
        self._data = bytearray()
        self.exit = asyncio.Event()
        """Set when the command has exited and is no zombie."""
        self.end = asyncio.Event()
        """Set when, in addition, its output is complete."""

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Keep the first 64 KiB."""
        del fd
        self._data += data[: _MAX_OUTPUT - len(self._data)]

    def process_exited(self) -> None:
        """Mark the exit."""
        self.exit.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Mark the end."""
        del exc
        self.end.set()

    def read(self) -> Secret:
        """Return the output; bytes that are no text make it invalid as a token."""
        return Secret(self._data.decode(errors="replace"))


async def _start(
    command: Sequence[str], name: str
) -> tuple[asyncio.SubprocessTransport, _Output]:
    loop = asyncio.get_running_loop()
    try:
        return await loop.subprocess_exec(
            _Output,
            *command,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A group that can be killed as a whole, and no terminal to prompt on.
            start_new_session=True,
        )
    except FileNotFoundError:
        problem = "was not found"
    except (OSError, ValueError) as error:
        # Only the class: a ValueError about an argument may show it.
        problem = f"cannot be started: {getattr(error, 'strerror', 'invalid argument')}"
    msg = f"{name} {problem}"
    raise TokenError(msg)


async def _stop(transport: asyncio.SubprocessTransport, output: _Output) -> None:
    """Kill what still runs of the command, and wait until it has exited."""
    try:
        # It may have exited, and left a process behind that holds its output open.
        if not output.end.is_set():
            _kill(transport)
            await output.exit.wait()
    finally:
        transport.close()


def _kill(transport: asyncio.SubprocessTransport) -> None:
    with suppress(ProcessLookupError):
        if _HAS_GROUPS:
            os.killpg(transport.get_pid(), signal.SIGKILL)
        else:
            transport.kill()
