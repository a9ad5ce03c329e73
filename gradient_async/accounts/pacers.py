"""One pacer per token, however many accounts use it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import MutableMapping
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

from gradient_async.transport.credentials import Secret
from gradient_async.transport.pacing import Pacer
from gradient_async.transport.sliding_log import RateLimit


class Pacers:
    """The pacers of all accounts, found by base URL and token."""

    def __init__(self, rate_limit: RateLimit) -> None:
        self._rate_limit = rate_limit
        # An account holds its latest pacer; those of earlier tokens stay for as long as
        # their requests count.
        self._earlier: deque[tuple[float, Pacer]] = deque()
        self._pacers: MutableMapping[tuple[str, Secret], Pacer] = WeakValueDictionary()
        self._users: MutableMapping[Pacer, WeakSet[AccountPacing]] = WeakKeyDictionary()

    def find(self, base_url: str, secret: Secret, user: AccountPacing) -> Pacer:
        """Return the pacer of a token, a new one for a token that nobody uses."""
        key = (base_url, secret)
        pacer = self._pacers.get(key)
        if pacer is None:
            self._pacers[key] = pacer = Pacer(self._rate_limit)
            self._users[pacer] = WeakSet()
        self._users[pacer].add(user)
        return pacer

    def leave(self, pacer: Pacer, user: AccountPacing) -> None:
        """Record that an account uses another token now."""
        self._users[pacer].discard(user)
        now = asyncio.get_running_loop().time()
        longest = max((it.seconds for it in self._rate_limit.windows), default=0.0)
        self._earlier.append((now, pacer))
        while self._earlier[0][0] + longest < now:
            self._earlier.popleft()

    def count_users(self, pacer: Pacer) -> int:
        """Return the number of accounts that use the token of a pacer."""
        return len(self._users[pacer])


class AccountPacing:
    """Finds the pacer of the token that one account uses now."""

    def __init__(self, pacers: Pacers, base_url: str) -> None:
        self._pacers = pacers
        self._base_url = base_url
        self._secret: Secret | None = None
        self._pacer: Pacer | None = None

    @property
    def sharers(self) -> int:
        """Number of accounts that use the same token, itself included."""
        return 1 if self._pacer is None else self._pacers.count_users(self._pacer)

    def __call__(self, secret: Secret) -> Pacer:
        """Return the pacer of this token."""
        if self._pacer is None or secret != self._secret:
            if self._pacer is not None:
                self._pacers.leave(self._pacer, self)
            self._secret = secret
            self._pacer = self._pacers.find(self._base_url, secret, self)
        return self._pacer
