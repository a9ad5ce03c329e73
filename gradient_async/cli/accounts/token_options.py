"""The options that say where the token of a new account is."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import attrs
from cyclopts import Parameter

from gradient_async.cli.confirmation import has_terminal
from gradient_async.errors import ConfigurationError
from gradient_async.transport.credentials import Secret


@Parameter(name="*", group="Token")
@attrs.frozen(kw_only=True)
class TokenOptions:
    """Where the token is; one of them."""

    env: Annotated[str | None, Parameter(name="--token-env", show_default=False)] = None
    """In this environment variable."""
    file: Annotated[Path | None, Parameter(name="--token-file", show_default=False)] = (
        None
    )
    """In this file, alone on a line; only you may have access to it."""
    command: Annotated[
        str | None, Parameter(name="--token-command", show_default=False)
    ] = None
    """What this command prints, as in `"op read op://work/acme/token"`. It is split as
    a shell would, but runs without one."""
    keyring: Annotated[
        bool, Parameter(name="--keyring", negative=(), show_default=False)
    ] = False
    """In the system keyring, once you have entered it; needs the extra `keyring`."""
    insecure: Annotated[
        bool, Parameter(name="--insecure-token", negative=(), show_default=False)
    ] = False
    """In the file of accounts itself, in the clear, once you have entered it."""

    def check(self) -> None:
        """
        Raise unless there is one option.

        Raises:
            ConfigurationError: There is none, or several.
        """
        given = [self.env is not None, self.file is not None, self.command is not None]
        if sum([*given, self.keyring, self.insecure]) != 1:
            msg = (
                "say where the token is by one of --token-env, --token-file, "
                "--token-command, --keyring and --insecure-token"
            )
            raise ConfigurationError(msg)

    @property
    def path(self) -> str:
        """The path of the token file, independent of the working directory."""
        # Unlike the method of paths, it does not raise for an unknown user.
        return os.path.abspath(os.path.expanduser(self.file or ""))  # noqa: PTH100, PTH111

    @property
    def words(self) -> list[str]:
        """
        The program of the token command, and its arguments.

        Raises:
            ConfigurationError: A quotation mark is missing.
        """
        try:
            return shlex.split(self.command or "")
        except ValueError:
            msg = "--token-command has a quotation mark that is not closed"
        raise ConfigurationError(msg)


def read_token(name: str) -> Secret:
    """
    Return a token that the user enters, unseen, or that is piped to stdin.

    Raises:
        ConfigurationError: There is none.
    """
    if has_terminal():
        token = Secret(getpass.getpass(f"Token of {name}: ").strip())
    elif sys.stdin is None:
        token = Secret("")
    else:
        token = Secret(sys.stdin.readline().strip())
    if not token.reveal():
        msg = "no token was entered; it is read from the terminal or from stdin"
        raise ConfigurationError(msg)
    return token
