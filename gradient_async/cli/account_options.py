"""The options that choose accounts, and which accounts they mean."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import attrs
from cyclopts import Parameter

# The package, not its names: they load when used, and most commands use none.
from gradient_async import accounts
from gradient_async.errors import ConfigurationError
from gradient_async.settings import TOKEN_VARIABLES


@Parameter(name="*", group="Accounts")
@attrs.frozen(kw_only=True)
class AccountOptions:
    """Which accounts a command is about."""

    names: Annotated[
        tuple[str, ...],
        Parameter(name="--account", negative=(), show_default=False),
    ] = ()
    """Use the account of this name. Repeat the option for several."""
    all: Annotated[bool, Parameter(name="--all", negative=(), show_default=False)] = (
        False
    )
    """Use all accounts that are configured."""
    file: Annotated[Path | None, Parameter(name="--accounts-file")] = None
    """Use the accounts of this TOML file instead of the environment's."""
    doctl: Annotated[
        bool, Parameter(name="--doctl", negative=(), show_default=False)
    ] = False
    """Use the accounts that doctl is logged in to instead of the environment's."""

    @property
    def is_plain(self) -> bool:
        """Whether to use the environment's plain token, and no other."""
        return self == AccountOptions() and any(
            os.environ.get(name, "").strip() for name in TOKEN_VARIABLES
        )

    def read(self) -> dict[str, accounts.Account]:
        """
        Return the accounts that there are to choose from, by name.

        Raises:
            ConfigurationError: Two options exclude each other, there are no accounts,
                or they cannot be read.
        """
        self._check()
        if self.file is not None:
            return accounts.read_accounts_file(self.file)
        if self.doctl:
            return accounts.read_doctl_config()
        return accounts.read_environment()

    def _check(self) -> None:
        """Raise if two options exclude each other."""
        if self.names and self.all:
            msg = "--account and --all exclude each other"
            raise ConfigurationError(msg)
        if self.file is not None and self.doctl:
            msg = "--accounts-file and --doctl exclude each other"
            raise ConfigurationError(msg)
