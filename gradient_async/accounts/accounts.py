"""Many accounts as one: where they come from, who joins and leaves, and the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from os import PathLike
from typing import NoReturn, Self, Unpack

from gradient_async.accounts.account import Account
from gradient_async.accounts.account_client import SharedParts
from gradient_async.accounts.accounts_file import read_accounts_file
from gradient_async.accounts.doctl import read_doctl_config
from gradient_async.accounts.environment import read_environment
from gradient_async.accounts.fan_out import FanOut
from gradient_async.accounts.options import (
    AccountsOptions,
    open_transport,
)
from gradient_async.accounts.pacers import Pacers
from gradient_async.accounts.registry import (
    HiddenAccount,
    Registry,
    hide_token,
)
from gradient_async.asynchronous import AsyncCloseable
from gradient_async.checks import check_instance, check_int, check_seconds
from gradient_async.errors import ConfigurationError
from gradient_async.settings import ClientSettings, find_base_url, hide_proxy
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.call import OnCall
from gradient_async.transport.credentials import Credentials, Token
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.pacing import PacingFactory, choose_limit
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.session import ClientSession
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.wire import Transport


class Accounts(AsyncCloseable, FanOut):
    """
    Many accounts as one: a live mapping of names to clients.

        async with Accounts({"acme": "dop_v1_...", "globex": get_token}) as accounts:
            async for account, job in accounts.iter_indexing_jobs():
                print(account, job.uuid, job.status)
            base = await accounts["acme"].knowledge_bases.get(uuid)

    All clients share connections and the cap on concurrency. Each account has its own
    token, rate limit and retry quota, so that none can use up another's or fail in its
    place; two names with one token share its rate limit. Clients and connections are
    opened when first used. Unclosed accounts emit a `ResourceWarning`.

    Args:
        accounts: The accounts by name: an `Account`, or just its token.
        timeout: Seconds for each call, see `Client`; 60 by default.
        retry: Retry policy of each account; 4 attempts by default.
        rate_limit: Rate limit of each token; 250 requests a minute and 5,000 an hour
            by default.
        pacing: What creates the pacing of each token instead of a `Pacer` for
            `rate_limit`, such as a `SharedPacing`.
        max_concurrency: Maximum number of requests in flight over all accounts, 64 by
            default.
        per_account_concurrency: The same for each account, 16 by default.
        refused_for: Seconds, 300 by default, for which a token that the API refused
            (401) is not sent again: calls fail at once with the same error.
        on_attempt: Function called after each attempt with an `Attempt`.
        on_call: Function called with a `Call` at the start of each call, see `Client`.
        session: An `aiohttp.ClientSession` to use instead of opening one; it must not
            keep cookies, which accounts would share. It is never closed.
        proxy: URL of an HTTP proxy; None means no proxy.
        base_url: Base URL of accounts that have none of their own; None means the
            environment's, see `Client`.
        transport: Transport to use instead of an own one; it is never closed.

    Raises:
        ConfigurationError: An argument is invalid. Nothing was opened or sent.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account | Token],
        *,
        timeout: float = 60.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008  (frozen)
        rate_limit: RateLimit = RateLimit(),  # noqa: B008  (frozen)
        pacing: PacingFactory | None = None,
        max_concurrency: int = 64,
        per_account_concurrency: int = 16,
        refused_for: float = 300.0,
        on_attempt: OnAttempt | None = None,
        on_call: OnCall | None = None,
        session: ClientSession | None = None,
        proxy: str | None = None,
        base_url: str | None = None,
        transport: Transport | None = None,
    ) -> None:
        hidden = _hide_tokens(accounts)
        hidden_proxy = hide_proxy(proxy)
        # Tracebacks of the errors below may show the variables of this frame.
        del accounts, proxy
        if hidden is None:
            msg = "accounts must be a mapping of names to accounts or tokens"
            raise ConfigurationError(msg)
        check_instance("pacing", pacing, None | PacingFactory)
        settings = ClientSettings(
            account="",
            # A stand-in that is never called: each account has its own.
            credentials=Credentials(str),
            base_url=find_base_url(base_url),
            timeout=timeout,
            retry=retry,
            rate_limit=choose_limit(rate_limit, pacing),
            max_concurrency=per_account_concurrency,
            converter=None,
            on_attempt=on_attempt,
            on_call=on_call,
        )
        check_int("max_concurrency", max_concurrency, minimum=1)
        check_seconds("refused_for", refused_for)
        used, own = open_transport(transport, session=session, proxy=hidden_proxy)
        shared = SharedParts(
            settings=settings,
            transport=used,
            gate=asyncio.Semaphore(max_concurrency),
            pacers=Pacers(settings.rate_limit, pacing),
            refused_for=refused_for,
            lifetime=Lifetime(own, owner="Accounts"),
        )
        super().__init__(Registry(shared))
        for name, account in hidden.items():
            self._registry.add(name, account)

    @classmethod
    def from_env(cls, **options: Unpack[AccountsOptions]) -> Self:
        """
        Return the accounts whose tokens are in the environment.

        `DIGITALOCEAN_ACCESS_TOKEN_PROD` is the account `prod`, and
        `DIGITALOCEAN_ACCESS_TOKEN` the account `default`.

        Raises:
            ConfigurationError: There is none, or an option is invalid.
        """
        return cls(read_environment(), **options)

    @classmethod
    def from_file(
        cls, path: str | PathLike[str], **options: Unpack[AccountsOptions]
    ) -> Self:
        """
        Return the accounts that a TOML file describes; it is read at once.

        Raises:
            ConfigurationError: The file or an option is invalid.
        """
        return cls(read_accounts_file(path), **options)

    @classmethod
    def from_doctl(
        cls,
        path: str | PathLike[str] | None = None,
        **options: Unpack[AccountsOptions],
    ) -> Self:
        """
        Return the accounts that doctl knows; its configuration is read at once.

        Args:
            path: Path of doctl's `config.yaml`; None means where doctl keeps it.
            **options: See the class.

        Raises:
            ConfigurationError: The file or an option is invalid.
        """
        return cls(read_doctl_config(path), **options)

    def add(self, name: str, account: Account | Token) -> None:
        """
        Add an account; streams that have begun do not have it.

        Raises:
            ClientClosedError: The accounts were closed.
            ConfigurationError: The name is taken or invalid, or the account is.
        """
        hidden = hide_token(account)
        del account
        self._registry.add(name, hidden)

    async def remove(self, name: str, *, drain: bool = True) -> None:
        """
        Remove an account at once, then end its client.

        Its calls raise `ClientClosedError` from now on.

        Args:
            name: Name of the account.
            drain: Whether to wait for calls in progress; otherwise they are ended.

        Raises:
            UnknownAccountError: There is no such account.
        """
        await self._registry.remove(name, drain=drain)

    def replace(self, name: str, account: Account | Token) -> None:
        """
        Replace the token of an account, from the next attempt on.

        Tags are replaced, too, if the new account has any.

        Raises:
            UnknownAccountError: There is no such account.
            ConfigurationError: The account is invalid, or has another base URL.
        """
        hidden = hide_token(account)
        del account
        self._registry.replace(name, hidden)

    async def aclose(self) -> None:
        """
        Close all clients and their connections; closing again does nothing.

        Calls in progress raise `ClientClosedError`. Closing a view does nothing.
        """
        if not self._is_view:
            await self._registry.aclose()

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: connections and tokens cannot be pickled or copied."""
        msg = "Accounts cannot be pickled or copied; create them where they are needed"
        raise TypeError(msg)


def _hide_tokens(accounts: object) -> dict[str, HiddenAccount] | None:
    """Return accounts without visible tokens; None for what is no mapping."""
    if not isinstance(accounts, Mapping):
        return None
    return {name: hide_token(account) for name, account in accounts.items()}
