"""The accounts that there are, where each is configured, and where its token is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.accounts.config_place import find_accounts_file
from gradient_async.cli.accounts.keyring_store import is_keyring_command
from gradient_async.cli.accounts.store import read_accounts
from gradient_async.errors import ConfigurationError
from gradient_async.settings import TOKEN_VARIABLES

KEYRING: Final = "system keyring"
"""Where a token is that `gradient-async accounts add --keyring` stored."""

_DEFAULT: Final = "default"


@attrs.frozen
class KnownAccount:
    """An account, and where it is configured."""

    account: accounts.Account
    """The account."""
    place: str
    """Path of a file, `environment`, or `doctl`."""

    @property
    def token(self) -> str:
        """Where its token is, for people to read; never the token."""
        match self.account.token:
            case accounts.EnvironmentToken() as source:
                return f"variable {source.variable}"
            case accounts.FileToken() as source:
                return f"file {source.path}"
            case accounts.CommandToken() as source:
                if is_keyring_command(source.command):
                    return KEYRING
                # Its arguments may be secret.
                return f"command {source.command[0]}"
            case _:
                return "in the clear"


def find_variable() -> str | None:
    """Return the variable with the token of the account `default`."""
    return next((it for it in TOKEN_VARIABLES if os.environ.get(it, "").strip()), None)


def read_default(variable: str) -> dict[str, KnownAccount]:
    """Return the account `default`, whose token is in a variable."""
    account = accounts.Account(accounts.EnvironmentToken(variable))
    return {_DEFAULT: KnownAccount(account, "environment")}


def read_file(path: Path) -> dict[str, KnownAccount]:
    """Return the accounts of a file that was named."""
    return _place(accounts.read_accounts_file(path), str(path))


def read_doctl() -> dict[str, KnownAccount]:
    """Return the accounts that doctl is logged in to."""
    return _place(accounts.read_doctl_config(), "doctl")


def read_configured() -> dict[str, KnownAccount]:
    """
    Return the accounts of the command's file and of the environment, which wins.

    Raises:
        ConfigurationError: There is none, or the file is invalid.
    """
    path = find_accounts_file()
    known = {} if path is None else _place(read_accounts(path), str(path))
    if _has_variables():
        known |= _place(accounts.read_environment(), "environment")
    if not known:
        msg = (
            f"no accounts: set {TOKEN_VARIABLES[0]}, or add one by "
            f"`gradient-async accounts add`"
        )
        raise ConfigurationError(msg)
    return known


def read_everything() -> dict[str, KnownAccount]:
    """
    Return all accounts, also `default` if its token is in the second variable.

    Raises:
        ConfigurationError: See `read_configured`.
    """
    variable = find_variable()
    if variable is None or variable == TOKEN_VARIABLES[0]:
        return read_configured()
    try:
        return read_default(variable) | read_configured()
    except ConfigurationError:
        return read_default(variable)


def _has_variables() -> bool:
    first = TOKEN_VARIABLES[0]
    return any(
        value.strip()
        for name, value in os.environ.items()
        if name == first or name.startswith(f"{first}_")
    )


def _place(
    found: Mapping[str, accounts.Account], place: str
) -> dict[str, KnownAccount]:
    return {name: KnownAccount(account, place) for name, account in found.items()}
