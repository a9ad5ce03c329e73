"""The accounts there are, with their clients; shared by `Accounts` and its views."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from weakref import WeakSet

from gradient_async.accounts.account import Account
from gradient_async.accounts.account_client import AccountClient, SharedParts
from gradient_async.changes import Feed
from gradient_async.checks import require_nonempty_str
from gradient_async.errors import ClientClosedError, ConfigurationError
from gradient_async.transport.credentials import Token
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.wire import Transport


class Registry:
    """
    Accounts by name, and their clients, which are created when first used.

    Args:
        shared: What the clients share.
        own_transport: The transport to close at the end; None closes none.
    """

    def __init__(self, shared: SharedParts, own_transport: Transport | None) -> None:
        self._shared = shared
        self._own_transport = own_transport
        self._accounts: dict[str, Account] = {}
        self._clients: dict[str, AccountClient] = {}
        self._feeds = WeakSet[Feed]()
        self._is_closed = False

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._accounts)

    def __contains__(self, name: object) -> bool:
        """Return whether there is an account of this name."""
        return name in self._accounts

    def account(self, name: str) -> Account:
        """Return an account, or raise KeyError."""
        return self._accounts[name]

    def client(self, name: str) -> AccountClient:
        """Return the client of an account, or raise KeyError."""
        client = self._clients.get(name)
        if client is None:
            client = AccountClient(name, self._accounts[name], self._shared)
            self._clients[name] = client
        return client

    def add(self, name: str, account: Account | Token) -> None:
        """
        Add an account.

        Raises:
            ClientClosedError: The accounts were closed.
            ConfigurationError: The name is taken or invalid, or the account is.
        """
        self.check_open()
        require_nonempty_str("an account's name", name)
        if name in self._accounts:
            msg = f"there is an account named {name!r} already; see `replace`"
            raise ConfigurationError(msg)
        self._accounts[name] = to_account(name, account)
        self._notify()

    async def remove(self, name: str, *, drain: bool) -> None:
        """Remove an account and end its client; raise KeyError if there is none."""
        del self._accounts[name]
        self._notify()
        client = self._clients.pop(name, None)
        if client is not None:
            await client.end(drain=drain)

    def replace(self, name: str, account: Account | Token) -> None:
        """
        Replace the token of an account; raise KeyError if there is none.

        Raises:
            ConfigurationError: The account is invalid, or has another base URL.
        """
        old, new = self._accounts[name], to_account(name, account)
        if new.base_url not in {None, old.base_url}:
            msg = f"account {name} has another base URL: remove it, then add it"
            raise ConfigurationError(msg, account=name)
        self._accounts[name] = Account(
            new.token, base_url=old.base_url, tags=new.tags or old.tags
        )
        if name in self._clients:
            self._clients[name].replace_token(new)
        # Views that select by tags may have gained or lost it.
        self._notify()

    def watch(self, feed: Feed) -> None:
        """Refresh a feed whenever accounts change, and when they are closed."""
        self._feeds.add(feed)

    def check_open(self) -> None:
        """
        Raise if the accounts were closed.

        Raises:
            ClientClosedError: They were.
        """
        if self._is_closed:
            msg = "the accounts are closed"
            raise ClientClosedError(msg)

    @property
    def rate_limit(self) -> RateLimit:
        """The rate limit of each token."""
        return self._shared.settings.rate_limit

    def _notify(self) -> None:
        for feed in tuple(self._feeds):
            feed.refresh()

    async def aclose(self) -> None:
        """End all clients with their calls in progress, and close the transport."""
        self._is_closed = True
        self._notify()
        try:
            clients = tuple(self._clients.values())
            await asyncio.gather(*(client.end(drain=False) for client in clients))
        finally:
            if self._own_transport is not None:
                await self._own_transport.aclose()

    def __del__(self) -> None:
        """Warn about unclosed accounts, and drop their connections."""
        if self._is_closed or not any(it.has_begun for it in self._clients.values()):
            return
        text = "unclosed Accounts: use `async with` or `await accounts.aclose()`"
        warnings.warn(text, ResourceWarning, source=self, stacklevel=1)
        if self._own_transport is not None:
            self._own_transport.abandon()


def to_account(name: str, account: Account | Token) -> Account:
    """
    Return an account made of a token, or the account itself.

    Raises:
        ConfigurationError: The token is invalid; names the account.
    """
    if isinstance(account, Account):
        return account
    try:
        return Account(account)
    except ConfigurationError as error:
        failure = error.complete(account=name).with_traceback(None)
    # Raised here: the frames above may show the token.
    raise failure
