"""The options of `Accounts` and of their views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self, TypedDict

import attrs

from gradient_async.accounts.account import Account
from gradient_async.checks import check_instance, check_seconds
from gradient_async.errors import ConfigurationError
from gradient_async.settings import check_proxy
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.extra_headers import check_headers
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.session import AiohttpTransport, ClientSession
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.wire import Transport


class AccountsOptions(TypedDict, total=False):
    """The keyword arguments of `Accounts`."""

    timeout: float
    """Seconds for each call."""
    retry: RetryPolicy
    """Retry policy of each account."""
    rate_limit: RateLimit
    """Rate limit of each token."""
    max_concurrency: int
    """Maximum number of requests in flight over all accounts."""
    per_account_concurrency: int
    """Maximum number of requests in flight for each account."""
    refused_for: float
    """Seconds for which a refused token is not sent again."""
    on_attempt: OnAttempt | None
    """Function called after each attempt."""
    session: ClientSession | None
    """Session to use instead of an own one."""
    proxy: str | None
    """URL of an HTTP proxy."""
    base_url: str | None
    """Base URL of accounts that have none of their own."""
    transport: Transport | None
    """Transport to use instead of an own one."""


class ViewOptions(TypedDict, total=False):
    """The keyword arguments of `with_options`."""

    timeout: float | None
    """Seconds for each call; None means as before."""
    retry: RetryPolicy | None
    """Retry policy; None means as before."""
    headers: Mapping[str, str] | None
    """Headers to send besides those sent before; None adds none."""


def add_options(old: ViewOptions, new: ViewOptions) -> ViewOptions:
    """
    Return options of which the new ones take precedence; headers add up.

    Raises:
        ConfigurationError: A new option is invalid.
    """
    timeout, retry = new.get("timeout"), new.get("retry")
    headers = check_headers(new.get("headers") or {})
    if timeout is not None:
        check_seconds("timeout", timeout)
    check_instance("retry", retry, RetryPolicy | None)
    return {
        "timeout": old.get("timeout") if timeout is None else timeout,
        "retry": old.get("retry") if retry is None else retry,
        "headers": {**(old.get("headers") or {}), **headers},
    }


@attrs.frozen
class Selection:
    """Which accounts a view has; None means any."""

    names: frozenset[str] | None = None
    tags: frozenset[str] | None = None

    def has(self, name: str, account: Account) -> bool:
        """Return whether an account belongs to it."""
        return (self.names is None or name in self.names) and (
            self.tags is None or not self.tags.isdisjoint(account.tags)
        )

    def narrow(self, names: Iterable[str] | None, tags: Iterable[str] | None) -> Self:
        """Return the part of it with these names and tags."""
        return attrs.evolve(
            self, names=_narrow(self.names, names), tags=_narrow(self.tags, tags)
        )


def _narrow(
    old: frozenset[str] | None, new: Iterable[str] | None
) -> frozenset[str] | None:
    if new is None:
        return old
    return frozenset(new) if old is None else old.intersection(new)


def open_transport(
    transport: Transport | None, *, session: ClientSession | None, proxy: str | None
) -> tuple[Transport, Transport | None]:
    """
    Return the transport to use, and the same one if it is to be closed.

    Raises:
        ConfigurationError: An argument is invalid, or excludes another one.
    """
    check_instance("transport", transport, Transport | None)
    check_instance("session", session, ClientSession | None)
    check_proxy(proxy)
    if transport is None:
        own = AiohttpTransport(session=session, proxy=proxy)
        own.check_isolation()
        return own, own
    if session is not None or proxy is not None:
        msg = "transport= excludes session= and proxy="
        raise ConfigurationError(msg)
    return transport, None
