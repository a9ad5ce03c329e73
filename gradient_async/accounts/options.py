"""The options of `Accounts` and of their views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self, TypedDict

import attrs

from gradient_async.accounts.account import Account
from gradient_async.accounts.account_client import AccountClient
from gradient_async.checks import check_instance, check_seconds
from gradient_async.errors import ConfigurationError
from gradient_async.settings import check_proxy
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.call import OnCall
from gradient_async.transport.credentials import Secret
from gradient_async.transport.extra_headers import check_headers
from gradient_async.transport.pacing import PacingFactory
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.session import AiohttpTransport, ClientSession
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.wire import Transport


class AccountsOptions(TypedDict, total=False):
    """The keyword arguments of `Accounts`."""

    timeout: float
    """Seconds for each call; 60 by default."""
    retry: RetryPolicy
    """Retry policy of each account; 4 attempts by default."""
    rate_limit: RateLimit
    """Rate limit of each token; 250 requests a minute, 5,000 an hour by default."""
    pacing: PacingFactory | None
    """What creates the pacing of each token instead of a `Pacer`."""
    max_concurrency: int
    """Maximum number of requests in flight over all accounts, 64 by default."""
    per_account_concurrency: int
    """The same for each account, 16 by default."""
    refused_for: float
    """Seconds for which a refused token is not sent again, 300 by default."""
    on_attempt: OnAttempt | None
    """Function called after each attempt."""
    on_call: OnCall | None
    """Function called at the start of each call, see `Client`."""
    session: ClientSession | None
    """Session to use instead of opening one."""
    proxy: str | None
    """URL of an HTTP proxy."""
    base_url: str | None
    """Base URL of accounts that have none of their own."""
    transport: Transport | None
    """Transport to use instead of an own one."""


@attrs.frozen
class ViewOptions:
    """How the clients of a view differ: see `Client.with_options`."""

    timeout: float | None = None
    retry: RetryPolicy | None = None
    # Kept out of the repr: they may hold secrets.
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    def add(
        self,
        *,
        timeout: float | None,
        retry: RetryPolicy | None,
        headers: Mapping[str, str] | None,
    ) -> ViewOptions:
        """
        Return options of which the given ones take precedence; headers add up.

        Raises:
            ConfigurationError: A given option is invalid.
        """
        if timeout is not None:
            check_seconds("timeout", timeout)
        check_instance("retry", retry, RetryPolicy | None)
        return ViewOptions(
            self.timeout if timeout is None else timeout,
            self.retry if retry is None else retry,
            {**self.headers, **check_headers(headers or {})},
        )

    def apply(self, client: AccountClient) -> AccountClient:
        """Return a view of the client with these options."""
        return client.with_options(
            timeout=self.timeout, retry=self.retry, headers=self.headers
        )


@attrs.frozen
class Selection:
    """Which accounts a view has: those that every one of its choices includes."""

    names: frozenset[str] | None = None
    """Names that belong to it; None means any."""
    tags: tuple[frozenset[str], ...] = ()
    """Sets of tags; an account needs one of each."""

    def has(self, name: str, account: Account) -> bool:
        """Return whether an account belongs to it."""
        return (self.names is None or name in self.names) and not any(
            tags.isdisjoint(account.tags) for tags in self.tags
        )

    def narrow(self, names: Iterable[str] | None, tags: Iterable[str] | None) -> Self:
        """Return the part of it with these names and tags."""
        chosen = self.names
        if names is not None:
            # All of them belong to it: others are refused.
            chosen = frozenset(names)
        more = () if tags is None else (frozenset(tags),)
        return attrs.evolve(self, names=chosen, tags=(*self.tags, *more))


def open_transport(
    transport: Transport | None, *, session: ClientSession | None, proxy: Secret | None
) -> tuple[Transport, Transport | None]:
    """
    Return the transport to use, and the same one if it is to be closed.

    Raises:
        ConfigurationError: An argument is invalid, or excludes another one.
    """
    check_instance("transport", transport, Transport | None)
    check_instance("session", session, ClientSession | None)
    check_proxy(proxy)
    if transport is not None and (session is not None or proxy is not None):
        msg = "transport= excludes session= and proxy="
        raise ConfigurationError(msg)
    used, own = transport, None
    if used is None:
        url = proxy.reveal() if proxy else None
        used = own = AiohttpTransport(session=session, proxy=url)
        del url
    if isinstance(used, AiohttpTransport):
        used.check_isolation()
    return used, own
