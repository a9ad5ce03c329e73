"""
Token sources: async functions that return a token from elsewhere.

Nothing is read before the first call, and reading never blocks the event loop.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Final

import attrs

from gradient_async.accounts.private_file import read_file
from gradient_async.accounts.token_cache import TokenCache
from gradient_async.accounts.token_command import run_token_command
from gradient_async.checks import (
    check_instance,
    check_seconds,
    require_list,
    require_nonempty_str,
)
from gradient_async.errors import ConfigurationError, TokenError
from gradient_async.printable import printable
from gradient_async.transport.credentials import TOKEN_PATTERN, Secret

_FILE_TTL: Final = 60.0
_COMMAND_TTL: Final = 300.0
_COMMAND_TIMEOUT: Final = 10.0


def _to_path(path: str | PathLike[str]) -> Path:
    check_instance("path", path, str | PathLike)
    return Path(require_nonempty_str("path", os.fspath(path)))


def _to_command(command: Sequence[str]) -> tuple[str, ...]:
    words = require_list("command", command, "strings")
    for word in words:
        check_instance("each part of command", word, str)
    require_nonempty_str("command", words[0] if words else "")
    return words


def _show_program(command: Sequence[str]) -> str:
    """Return a command for a repr; its arguments may contain secrets."""
    return repr([command[0], *["..."] * (len(command) > 1)])


@attrs.frozen
class EnvironmentToken:
    """
    The token in an environment variable, looked up anew for each attempt.

        Client(EnvironmentToken("ACME_TOKEN"))

    Raises:
        ConfigurationError: The name is empty or not a string.
    """

    variable: str
    """Name of the variable."""

    def __attrs_post_init__(self) -> None:
        """Check the name."""
        require_nonempty_str("variable", self.variable)
        if TOKEN_PATTERN.search(self.variable):
            msg = "variable must be the name of a variable, not a token"
            raise ConfigurationError(msg)

    async def __call__(self) -> str:
        """
        Return the token.

        Raises:
            TokenError: The variable is not set, or empty.
        """
        value = os.environ.get(self.variable, "").strip()
        if value:
            return value
        state = "empty" if self.variable in os.environ else "not set"
        msg = f"the environment variable {printable(self.variable)} is {state}"
        raise TokenError(msg)


@attrs.frozen
class FileToken:
    """
    The token in a file, alone on one line.

        Client(FileToken("/run/secrets/acme"))

    The file is read in a thread, once for all tasks that wait for it, and the token is
    kept for `ttl` seconds. On POSIX, a file that others than its owner can access is
    refused, unless it is `shared`, as secrets that Docker or Kubernetes mounts are.

    Raises:
        ConfigurationError: An argument is invalid. The file is not opened yet.
    """

    path: Path = attrs.field(converter=_to_path)
    """Path of the file."""
    ttl: float = attrs.field(default=_FILE_TTL, kw_only=True)
    """Seconds for which the token is kept; 60 by default."""
    shared: bool = attrs.field(default=False, kw_only=True)
    """Whether others than its owner may access the file; False by default."""
    _cache: TokenCache = attrs.field(
        factory=TokenCache, init=False, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        """Check the arguments."""
        check_seconds("ttl", self.ttl)

    async def __call__(self) -> str:
        """
        Return the token.

        Raises:
            TokenError: The file is missing, empty or unreadable, has several lines, or
                can be accessed by others than its owner.
        """
        return (await self._cache.get(self._read, self.ttl)).reveal()

    def forget(self, token: str) -> None:
        """Read the file anew for the next call, if this token is the one kept."""
        self._cache.forget(Secret(token))

    async def _read(self) -> Secret:
        name = f"the token file {printable(str(self.path))}"
        try:
            file = await asyncio.to_thread(read_file, self.path)
            if not self.shared:
                file.check()
        except ConfigurationError as error:
            msg = f"{name} cannot be used: {error.message}"
            raise TokenError(msg) from None
        return _only_line(file.text, f"{name} is empty", f"{name} has several lines")


@attrs.frozen
class CommandToken:
    """
    The token that a command prints, alone on one line.

        Client(CommandToken(["op", "read", "op://work/acme/token"]))

    The command runs without a shell, once for all tasks that wait for it, and the
    token is kept for `ttl` seconds. It has no input and no terminal, so it cannot
    prompt. What it prints to stderr is discarded, because it may contain secrets. If it
    is no longer needed or takes too long, it is killed, along with what it started.

    Raises:
        ConfigurationError: An argument is invalid. Nothing is started yet.
    """

    command: tuple[str, ...] = attrs.field(converter=_to_command, repr=_show_program)
    """The program and its arguments; the repr and errors show only the program."""
    ttl: float = attrs.field(default=_COMMAND_TTL, kw_only=True)
    """Seconds for which the token is kept; 300 by default."""
    timeout: float = attrs.field(default=_COMMAND_TIMEOUT, kw_only=True)
    """Seconds after which the command is killed; 10 by default."""
    _cache: TokenCache = attrs.field(
        factory=TokenCache, init=False, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        """Check the arguments."""
        check_seconds("ttl", self.ttl)
        check_seconds("timeout", self.timeout)

    async def __call__(self) -> str:
        """
        Return the token.

        Raises:
            TokenError: The command cannot be started, fails, takes too long, or prints
                nothing or several lines.
        """
        return (await self._cache.get(self._read, self.ttl)).reveal()

    def forget(self, token: str) -> None:
        """Run the command anew for the next call, if this token is the one kept."""
        self._cache.forget(Secret(token))

    async def _read(self) -> Secret:
        name = f"the token command {printable(self.command[0])}"
        output = await run_token_command(self.command, self.timeout, name)
        return _only_line(
            output, f"{name} printed nothing", f"{name} printed several lines"
        )


def _only_line(text: Secret, if_empty: str, if_several: str) -> Secret:
    """Return the only line of a text that is not blank."""
    lines = [Secret(it.strip()) for it in text.reveal().split("\n") if it.strip()]
    if len(lines) != 1:
        raise TokenError(if_several if lines else if_empty)
    return lines[0]
