"""The options that choose accounts, and a connection to those chosen."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import attrs
from cyclopts import Parameter

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.proxy import find_proxy
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable
from gradient_async.settings import TOKEN_VARIABLES


@Parameter(name="*", group="Accounts")
@attrs.frozen(kw_only=True)
class Connection:
    """Which accounts a command is about, and how to reach the API."""

    names: Annotated[
        tuple[str, ...],
        Parameter(name=("--account", "-a"), negative=(), show_default=False),
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
    proxy: Annotated[str | None, Parameter(name="--proxy", show_default=False)] = None
    """URL of an HTTP proxy, instead of the one in HTTPS_PROXY or ALL_PROXY."""

    @property
    def plain_variable(self) -> str | None:
        """The variable whose token is used alone; None if accounts were chosen."""
        if self.names or self.all or self.file is not None or self.doctl:
            return None
        is_set = (it for it in TOKEN_VARIABLES if os.environ.get(it, "").strip())
        return next(is_set, None)

    def names_of(self, chosen: accounts.Accounts) -> tuple[str, ...]:
        """Return the names to show; none where the plain token is used alone."""
        return () if self.plain_variable else tuple(chosen)

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
        if variable := self.plain_variable:
            token = accounts.EnvironmentToken(variable)
            return {"default": accounts.Account(token)}
        return accounts.read_environment()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[accounts.Accounts, None]:
        """
        Open the accounts chosen; closes them at the end.

        Raises:
            ConfigurationError: See `read`; or the proxy is invalid.
            UnknownAccountError: There is no account of that name.
        """
        everyone = accounts.Accounts(self.read(), proxy=find_proxy(self.proxy))
        async with everyone:
            yield everyone.select(names=self.names or None)

    @asynccontextmanager
    async def open_one(self) -> AsyncGenerator[Client, None]:
        """
        Open the only account chosen, for a command that is about one.

        Raises:
            ConfigurationError: See `open`; or several accounts are chosen.
        """
        async with self.open() as chosen:
            if len(chosen) > 1:
                names = ", ".join(map(printable, chosen))
                msg = f"choose an account with --account, one of: {names}"
                raise ConfigurationError(msg)
            (client,) = chosen.values()
            yield client

    def _check(self) -> None:
        """Raise if two options exclude each other."""
        if self.names and self.all:
            msg = "--account and --all exclude each other"
            raise ConfigurationError(msg)
        if self.file is not None and self.doctl:
            msg = "--accounts-file and --doctl exclude each other"
            raise ConfigurationError(msg)
