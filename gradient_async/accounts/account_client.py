"""The client of one of many accounts."""

from __future__ import annotations

import attrs

from gradient_async.accounts.account import Account
from gradient_async.accounts.pacers import AccountPacing, Pacers
from gradient_async.accounts.reports import Health
from gradient_async.client import Client, create_caller
from gradient_async.resources.job_calls import PolledJobCalls
from gradient_async.settings import ClientSettings
from gradient_async.transport.calls import Gate
from gradient_async.transport.credentials import Credentials
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.token_status import RateLimitStatus, TokenStatus
from gradient_async.transport.wire import Transport


@attrs.frozen(kw_only=True, eq=False)
class SharedParts:
    """What all accounts share, and how their clients are configured."""

    settings: ClientSettings
    """Settings of each client but for account, token and base URL."""
    transport: Transport
    gate: Gate
    """Caps the requests in flight over all accounts."""
    pacers: Pacers
    refused_for: float
    """Seconds not to send a refused token again."""
    lifetime: Lifetime
    """Lifetime of all clients, which keeps and closes the connections."""


class AccountClient(Client):
    """
    The client of one of many accounts.

    It belongs to its `Accounts`, which close it; closing it does nothing.
    """

    def __init__(self, name: str, account: Account, shared: SharedParts) -> None:
        settings = attrs.evolve(
            shared.settings,
            account=name,
            credentials=Credentials(account.token),
            base_url=account.base_url or shared.settings.base_url,
        )
        self._settings = settings
        self._is_view = True
        self._pacing = AccountPacing(shared.pacers, settings.base_url)
        self._caller = create_caller(
            settings,
            transport=shared.transport,
            find_pacing=self._pacing,
            shared_gate=shared.gate,
            lifetime=Lifetime(parent=shared.lifetime),
            token_status=TokenStatus(shared.refused_for),
        )

    @property
    def health(self) -> Health:
        """What the latest calls found out; sends nothing."""
        status = self._caller.token_status
        limit = status.rate_limit or RateLimitStatus()
        return Health(
            error=status.error, remaining=limit.remaining, reset_at=limit.reset_at
        )

    @property
    def job_calls(self) -> PolledJobCalls:
        """The calls with which a feed polls jobs."""
        return PolledJobCalls(self._caller)

    @property
    def sharers(self) -> int:
        """Number of accounts that use the same token, itself included."""
        return self._pacing.sharers

    def replace_token(self, account: Account) -> None:
        """Use the token of an account from the next attempt on."""
        self._caller.credentials.replace(Credentials(account.token))

    async def fingerprint(self) -> str:
        """Return what identifies base URL and token, without revealing it."""
        return await self._caller.fingerprint()

    async def end(self, *, drain: bool) -> None:
        """End the client: calls in progress too, unless they are to be waited for."""
        if drain:
            await self._caller.lifetime.drain()
        await self._caller.lifetime.end()
