"""The accounts there are, with their clients; shared by `Accounts` and its views."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeAlias, cast
from weakref import WeakSet

import attrs

from gradient_async.accounts.account import Account
from gradient_async.accounts.account_client import AccountClient, SharedParts
from gradient_async.accounts.errors import UnknownAccountError
from gradient_async.changes import Feed
from gradient_async.checks import require_nonempty_str
from gradient_async.errors import ClientClosedError, ConfigurationError
from gradient_async.transport.credentials import Secret, Token, to_secret
from gradient_async.transport.sliding_log import RateLimit

HiddenAccount: TypeAlias = Account | Secret | Callable[[], str | Awaitable[str]]
"""An account, or its token, that tracebacks may show."""


@attrs.define(kw_only=True, eq=False)
class Member:
    """One of the accounts, and its client, which is created when first used."""

    name: str
    account: Account
    _shared: SharedParts
    opened: AccountClient | None = None
    """The client, if it was used."""
    has_left: bool = False
    """Whether the account was removed."""

    @property
    def client(self) -> AccountClient:
        """
        The client.

        Raises:
            ClientClosedError: The account was removed before it was used.
        """
        if self.opened is None:
            if self.has_left:
                msg = "the client is closed"
                raise ClientClosedError(msg, account=self.name)
            self.opened = AccountClient(self.name, self.account, self._shared)
        return self.opened


class Registry:
    """
    The accounts by name.

    Args:
        shared: What the clients share.
    """

    def __init__(self, shared: SharedParts) -> None:
        self._shared = shared
        self._members: dict[str, Member] = {}
        self._feeds = WeakSet[Feed]()
        # Removed, with calls in progress that are waited for.
        self._leaving: set[AccountClient] = set()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._members)

    def __contains__(self, name: object) -> bool:
        """Return whether there is an account of this name."""
        return name in self._members

    def __getitem__(self, name: str) -> Member:
        """
        Return an account.

        Raises:
            UnknownAccountError: There is none of this name.
        """
        member = self._members.get(name)
        if member is None:
            raise unknown_account(name)
        return member

    def add(self, name: str, account: HiddenAccount) -> None:
        """
        Add an account.

        Raises:
            ClientClosedError: The accounts were closed.
            ConfigurationError: The name is taken or invalid, or the account is.
        """
        self.check_open()
        _check_name(name)
        if name in self._members:
            msg = f"there is an account named {name!r} already; see `replace`"
            raise ConfigurationError(msg)
        account = _to_account(name, account)
        member = Member(name=name, account=account, shared=self._shared)
        self._members[name] = member
        self._refresh_feeds()

    async def remove(self, name: str, *, drain: bool) -> None:
        """
        Remove an account and end its client.

        Raises:
            UnknownAccountError: There is no such account.
        """
        member = self[name]
        member.has_left = True
        del self._members[name]
        self._refresh_feeds()
        client = member.opened
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
        member, new = self[name], _to_account(name, account)
        old = member.account
        base_url = old.base_url or self._shared.settings.base_url
        if new.base_url not in {None, base_url}:
            msg = f"account {name} has another base URL: remove it, then add it"
            raise ConfigurationError(msg, account=name)
        member.account = Account(
            new.token, base_url=old.base_url, tags=new.tags or old.tags
        )
        if member.opened is not None:
            member.opened.replace_token(new)
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
        lifetime = self._shared.lifetime
        lifetime.refuse()
        self._refresh_feeds()
        try:
            opened = {it.opened for it in self._members.values() if it.opened}
            clients = opened | self._leaving
            await asyncio.gather(*(client.end(drain=False) for client in clients))
        finally:
            await lifetime.end()


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
