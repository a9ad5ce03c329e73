"""The options that choose accounts, and a connection to those chosen."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final

import attrs
from cyclopts import Parameter

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.accounts.known_accounts import (
    KnownAccount,
    find_variable,
    read_configured,
    read_default,
    read_doctl,
    read_everything,
    read_file,
)
from gradient_async.cli.proxy import find_proxy
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable
from gradient_async.transport.pacing import PacingFactory


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
    """Use the accounts of this TOML file alone."""
    doctl: Annotated[
        bool, Parameter(name="--doctl", negative=(), show_default=False)
    ] = False
    """Use the accounts that doctl is logged in to alone."""
    proxy: Annotated[str | None, Parameter(name="--proxy", show_default=False)] = None
    """URL of an HTTP proxy, instead of the one in HTTPS_PROXY or ALL_PROXY."""

    @property
    def plain_variable(self) -> str | None:
        """The variable whose token is used alone; None if accounts were chosen."""
        if self.names or self.all or self.file is not None or self.doctl:
            return None
        return find_variable()

    def names_of(self, chosen: accounts.Accounts) -> tuple[str, ...]:
        """Return the names to show; none where the plain token is used alone."""
        return () if self.plain_variable else tuple(chosen)

    def read(self) -> dict[str, KnownAccount]:
        """
        Return the accounts that there are to choose from, by name.

        Raises:
            ConfigurationError: Two options exclude each other, there are no accounts,
                or they cannot be read.
        """
        variable = self.plain_variable
        return read_default(variable) if variable else self._read(read_configured)

    def read_every(self) -> dict[str, KnownAccount]:
        """
        Return all accounts there are, or those chosen, by name.

        Raises:
            ConfigurationError: See `read`.
            UnknownAccountError: There is no account of a name that was chosen.
        """
        known = self._read(read_everything)
        self._check_names(known)
        return {name: known[name] for name in self.names or known}

    def _read(
        self, read_others: Callable[[], dict[str, KnownAccount]]
    ) -> dict[str, KnownAccount]:
        """Return the accounts of the source that was chosen, or else the others."""
        self._check()
        if self.file is not None:
            return read_file(self.file)
        return read_doctl() if self.doctl else read_others()

    @asynccontextmanager
    async def connect(
        self,
        known: Mapping[str, KnownAccount],
        *,
        pacing: PacingFactory | None = None,
    ) -> AsyncGenerator[accounts.Accounts, None]:
        """
        Open accounts that were read; closes them at the end.

        Args:
            known: The accounts.
            pacing: What keeps to the rate limits; None means this process alone.

        Raises:
            ConfigurationError: The proxy is invalid.
            UnknownAccountError: There is no account of a name that was chosen.
        """
        self._check_names(known)
        given = {name: it.account for name, it in known.items()}
        proxy = find_proxy(self.proxy)
        everyone = accounts.Accounts(given, proxy=proxy, pacing=pacing)
        async with everyone:
            yield everyone.select(names=self.names or None)

    @asynccontextmanager
    async def open(
        self, *, pacing: PacingFactory | None = None
    ) -> AsyncGenerator[accounts.Accounts, None]:
        """
        Open the accounts chosen, see `connect`; closes them at the end.

        Raises:
            ConfigurationError: See `read`; or the proxy is invalid.
            UnknownAccountError: There is no account of that name.
        """
        async with self.connect(self.read(), pacing=pacing) as chosen:
            yield chosen

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

    def _check_names(self, known: Mapping[str, KnownAccount]) -> None:
        """Raise if an account that was chosen does not exist."""
        for name in self.names:
            if name not in known:
                names = ", ".join(map(printable, known))
                msg = f"no account named {printable(name)!r}; there are: {names}"
                raise accounts.UnknownAccountError(msg)


DEFAULT_CONNECTION: Final = Connection()
"""What commands use if no option is given."""
