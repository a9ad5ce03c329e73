"""One pacing per token, however many accounts use it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import MutableMapping
from weakref import WeakSet, WeakValueDictionary

import attrs

from gradient_async.transport.credentials import Secret
from gradient_async.transport.pacing import Pacer, Pacing, PacingFactory
from gradient_async.transport.sliding_log import RateLimit


@attrs.frozen(eq=False)
class TokenPacing:
    """The pacing of one token, and the accounts that use it."""

    pacing: Pacing
    """What paces the requests."""
    users: WeakSet[AccountPacing] = attrs.field(factory=WeakSet)
    """The accounts whose token it is now; one that is dropped leaves by itself."""


class Pacers:
    """
    The pacing of all accounts, found by base URL and token.

    Args:
        rate_limit: Rate limit of each token.
        factory: What creates the pacing; None means a `Pacer` for each token.
    """

    def __init__(
        self, rate_limit: RateLimit, factory: PacingFactory | None = None
    ) -> None:
        self._rate_limit = rate_limit
        self._factory = factory
        # An account holds its latest pacing; those of earlier tokens stay for as long
        # as their requests count.
        self._earlier: deque[tuple[float, TokenPacing]] = deque()
        self._pacers: MutableMapping[tuple[str, Secret], TokenPacing] = (
            WeakValueDictionary()
        )

    def find(self, base_url: str, secret: Secret, user: AccountPacing) -> TokenPacing:
        """Return the pacing of a token, a new one for a token that nobody uses."""
        key = (base_url, secret)
        found = self._pacers.get(key)
        if found is None:
            self._pacers[key] = found = TokenPacing(self._create(base_url, secret))
        found.users.add(user)
        return found

    def _create(self, base_url: str, secret: Secret) -> Pacing:
        if self._factory is None:
            return Pacer(self._rate_limit)
        return self._factory.for_account(secret.fingerprint(base_url))

    def leave(self, left: TokenPacing, user: AccountPacing) -> None:
        """Record that an account uses another token now."""
        left.users.discard(user)
        now = asyncio.get_running_loop().time()
        longest = max((it.seconds for it in self._rate_limit.windows), default=0.0)
        self._earlier.append((now, left))
        while self._earlier[0][0] + longest < now:
            self._earlier.popleft()


class AccountPacing:
    """Finds the pacing of the token that one account uses now."""

    def __init__(self, pacers: Pacers, base_url: str) -> None:
        self._pacers = pacers
        self._base_url = base_url
        self._secret: Secret | None = None
        self._found: TokenPacing | None = None

    @property
    def sharers(self) -> int:
        """Number of accounts that use the same token, itself included."""
        return 1 if self._found is None else len(self._found.users)

    def __call__(self, secret: Secret) -> Pacing:
        """Return the pacing of this token."""
        if self._found is None or secret != self._secret:
            if self._found is not None:
                self._pacers.leave(self._found, self)
            self._secret = secret
            self._found = self._pacers.find(self._base_url, secret, self)
        return self._found.pacing
