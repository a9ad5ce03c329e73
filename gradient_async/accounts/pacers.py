"""One pacer per token, however many accounts use it."""

from __future__ import annotations

from collections.abc import MutableMapping
from weakref import WeakValueDictionary

from gradient_async.transport.credentials import Secret
from gradient_async.transport.pacing import Pacer
from gradient_async.transport.sliding_log import RateLimit


class Pacers:
    """The pacers of all accounts, found by base URL and token."""

    def __init__(self, rate_limit: RateLimit) -> None:
        self._rate_limit = rate_limit
        # Tokens that rotate leave nothing behind: an account holds its latest pacer.
        self._pacers: MutableMapping[tuple[str, Secret], Pacer] = WeakValueDictionary()

    def find(self, base_url: str, secret: Secret) -> Pacer:
        """Return the pacer of a token, a new one for a token that nobody uses."""
        key = (base_url, secret)
        pacer = self._pacers.get(key)
        if pacer is None:
            self._pacers[key] = pacer = Pacer(self._rate_limit)
        return pacer


class AccountPacing:
    """Finds the pacer of the token that one account uses now."""

    def __init__(self, pacers: Pacers, base_url: str) -> None:
        self._pacers = pacers
        self._base_url = base_url
        self._secret: Secret | None = None
        self._pacer: Pacer | None = None

    def __call__(self, secret: Secret) -> Pacer:
        """Return the pacer of this token."""
        if self._pacer is None or secret != self._secret:
            self._secret = secret
            self._pacer = self._pacers.find(self._base_url, secret)
        return self._pacer
