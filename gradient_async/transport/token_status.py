"""What the latest calls found out about a token: whether it is refused, its limit."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from gradient_async.errors import (
    AuthenticationError,
    GradientError,
    RateLimitError,
    ServerError,
    StatusError,
)
from gradient_async.transport.credentials import Secret
from gradient_async.transport.rate_limit_headers import Limits

_UNAUTHORIZED: Final = 401


@attrs.frozen(kw_only=True)
class RateLimitStatus:
    """What the latest response says about the rate limit."""

    remaining: int | None = None
    """Requests left in the hour; None if it does not say."""
    reset_at: datetime | None = None
    """When the hour's oldest request expires, in UTC; None if it does not say."""


@attrs.define
class _Refusal:
    """A token that the server refused."""

    error: AuthenticationError
    until: float
    """Time until which it is not sent again."""


class TokenStatus:
    """
    What the latest calls of one account found out about its token.

    A token that the server refused (401) is refused here, too, for `refused_for`
    seconds. Then one call sends it again, while the others still fail; what the server
    responds holds for all. Another token is sent at once.

    A 403 is about one operation, so it does not count as a refusal of the token.

    Args:
        refused_for: Seconds not to send a refused token again; 0 always sends it.
    """

    def __init__(self, refused_for: float = 0.0) -> None:
        self._refused_for = refused_for
        # By token: a late response about an old one says nothing about a newer one.
        self._refusals: dict[Secret, _Refusal] = {}
        self.limits: Limits = Limits()
        """What the latest response says about the rate limit."""
        self.limits_at: float = 0.0
        """When it was received, in epoch seconds."""
        self.error: GradientError | None = None
        """What prevents calls of the account; None if the latest call got through."""

    @property
    def rate_limit(self) -> RateLimitStatus | None:
        """What the latest response says about the rate limit; None before one."""
        if not self.limits_at:
            return None
        reset_at = None
        if self.limits.reset_in is not None:
            received = datetime.fromtimestamp(self.limits_at, UTC)
            reset_at = received + timedelta(seconds=self.limits.reset_in)
        return RateLimitStatus(remaining=self.limits.remaining, reset_at=reset_at)

    def check(self, secret: Secret, now: float) -> None:
        """
        Raise if the token was refused not long ago.

        Raises:
            AuthenticationError: It was; `retry_after` says when it is sent again.
        """
        refusal = self._refusals.get(secret)
        if refusal is not None and now < refusal.until:
            raise _refuse_again(refusal.error, refusal.until - now)

    def begin(self, secret: Secret, now: float) -> bool:
        """
        Check the token right before it is sent; of a refused one, admit one call.

        Returns whether it is that call, which finds out whether the token is accepted.

        Raises:
            AuthenticationError: The token was refused not long ago.
        """
        self.check(secret, now)
        refusal = self._refusals.get(secret)
        if refusal is None:
            return False
        refusal.until = now + self._refused_for
        return True

    def end_probe(self, secret: Secret, status: int | None) -> None:
        """Record the status that the admitted call received, or None."""
        refusal = self._refusals.get(secret)
        if refusal is None:
            return
        if status is None:
            # Nothing was found out: let the next call find out.
            refusal.until = 0.0
        elif status != _UNAUTHORIZED:
            del self._refusals[secret]

    def refuse(self, secret: Secret, error: AuthenticationError, now: float) -> None:
        """Record that the server refused the token."""
        if not self._refused_for:
            return
        kept = self._refusals.items()
        self._refusals = {token: it for token, it in kept if now < it.until}
        self._refusals[secret] = _Refusal(copy(error), now + self._refused_for)

    def record(self, error: GradientError | None) -> None:
        """Record the outcome of a call."""
        is_failure = error is not None and is_account_failure(error)
        # A copy has no traceback, whose frames would be kept alive.
        self.error = copy(error) if is_failure else None


def is_account_failure(error: GradientError) -> bool:
    """
    Return whether an error is about the account or the way to it, not about one call.

    A 404, for example, proves that the account can be used.
    """
    if isinstance(error, StatusError):
        return isinstance(error, AuthenticationError | RateLimitError | ServerError)
    return True


def _refuse_again(error: AuthenticationError, wait: float) -> AuthenticationError:
    """Return the error for a call that is not sent."""
    refusal = AuthenticationError(
        error.message, status=error.status, id=error.id, retry_after=wait
    )
    refusal.add_note("not sent: the API has refused this token before")
    return refusal
