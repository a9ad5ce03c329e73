"""The accounts there are, with their clients; shared by `Accounts` and its views."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeAlias, cast
from weakref import WeakSet

from gradient_async.accounts.account import Account
from gradient_async.accounts.account_client import AccountClient, SharedParts
from gradient_async.accounts.errors import UnknownAccountError
from gradient_async.accounts.reports import Health
from gradient_async.changes import Feed
from gradient_async.checks import require_nonempty_str
from gradient_async.errors import ClientClosedError, ConfigurationError
from gradient_async.loops import finish
from gradient_async.transport.credentials import Secret, Token, to_secret
from gradient_async.transport.sliding_log import RateLimit

HiddenAccount: TypeAlias = Account | Secret | Callable[[], str | Awaitable[str]]
"""An account, or its token, that tracebacks may show."""


class Registry:
    """
    Accounts by name, and their clients, which are created when first used.

    Args:
        shared: What the clients share.
    """

    def __init__(self, shared: SharedParts) -> None:
        self._shared = shared
        self._accounts: dict[str, Account] = {}
        self._clients: dict[str, AccountClient] = {}
        self._feeds = WeakSet[Feed]()
        # Removed, with calls in progress that are waited for.
        self._leaving: set[AccountClient] = set()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._accounts)

    def __contains__(self, name: object) -> bool:
        """Return whether there is an account of this name."""
        return name in self._accounts

    def account(self, name: str) -> Account:
        """
        Return an account.

        Raises:
            UnknownAccountError: There is none of this name.
        """
        account = self._accounts.get(name)
        if account is None:
            raise unknown_account(name)
        return account

    def client(self, name: str) -> AccountClient:
        """
        Return the client of an account.

        Raises:
            UnknownAccountError: There is no such account.
        """
        client = self._clients.get(name)
        if client is None:
            client = AccountClient(name, self.account(name), self._shared)
            self._clients[name] = client
        return client

    def health(self, name: str) -> Health:
        """Return the health of an account, without creating its client."""
        client = self._clients.get(name)
        return Health() if client is None else client.health

    def add(self, name: str, account: HiddenAccount) -> None:
        """
        Add an account.

        Raises:
            ClientClosedError: The accounts were closed.
            ConfigurationError: The name is taken or invalid, or the account is.
        """
        self.check_open()
        _check_name(name)
        if name in self._accounts:
            msg = f"there is an account named {name!r} already; see `replace`"
            raise ConfigurationError(msg)
        self._accounts[name] = _to_account(name, account)
        self._refresh_feeds()

    async def remove(self, name: str, *, drain: bool) -> None:
        """
        Remove an account and end its client.

        Raises:
            UnknownAccountError: There is no such account.
        """
        self.account(name)
        del self._accounts[name]
        self._refresh_feeds()
        client = self._clients.pop(name, None)
        if client is None:
            return
        self._leaving.add(client)
        await client.end(drain=drain)
        # If this was cancelled, closing the accounts ends what is left.
        self._leaving.discard(client)

    def replace(self, name: str, account: HiddenAccount) -> None:
        """
        Replace the token of an account.

        Raises:
            UnknownAccountError: There is no such account.
            ConfigurationError: The account is invalid, or has another base URL.
        """
        old, new = self.account(name), _to_account(name, account)
        base_url = old.base_url or self._shared.settings.base_url
        if new.base_url not in {None, base_url}:
            msg = f"account {name} has another base URL: remove it, then add it"
            raise ConfigurationError(msg, account=name)
        self._accounts[name] = Account(
            new.token, base_url=old.base_url, tags=new.tags or old.tags
        )
        if name in self._clients:
            self._clients[name].replace_token(new)
        # Views that select by tags may have gained or lost it.
        self._refresh_feeds()

    def watch(self, feed: Feed) -> None:
        """Refresh a feed whenever accounts change, and when they are closed."""
        self._feeds.add(feed)

    def check_open(self) -> None:
        """
        Raise if the accounts were closed.

        Raises:
            ClientClosedError: They were.
        """
        if self._shared.lifetime.has_ended:
            msg = "the accounts are closed"
            raise ClientClosedError(msg)

    @property
    def rate_limit(self) -> RateLimit:
        """The rate limit of each token."""
        return self._shared.settings.rate_limit

    def _refresh_feeds(self) -> None:
        for feed in tuple(self._feeds):
            feed.refresh()

    async def aclose(self) -> None:
        """End all clients with their calls in progress, and close the connections."""
        self._shared.lifetime.refuse()
        self._refresh_feeds()
        await finish(self._end())

    async def _end(self) -> None:
        try:
            clients = {*self._clients.values(), *self._leaving}
            await asyncio.gather(*(client.end(drain=False) for client in clients))
        finally:
            await self._shared.lifetime.end()


def unknown_account(name: object) -> UnknownAccountError:
    """Return the error for a name that no account has."""
    return UnknownAccountError(f"no account named {name!r}")


def hide_token(account: Account | Token) -> HiddenAccount:
    """Return what tracebacks may show instead of a token; an account is safe itself."""
    if isinstance(account, Account) or callable(account):
        return account
    return to_secret(account)


def _to_account(name: str, account: HiddenAccount) -> Account:
    if isinstance(account, Account):
        return account
    try:
        # It takes secrets as they are.
        return Account(cast("Token", account))
    except ConfigurationError as error:
        raise error.complete(account=name)  # noqa: B904  (the same error)


def _check_name(name: str) -> None:
    require_nonempty_str("an account's name", name)
    if not name.isprintable():
        msg = f"an account's name must be printable, got {name!r}"
        raise ConfigurationError(msg)
