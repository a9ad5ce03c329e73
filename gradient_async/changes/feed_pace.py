"""How often a feed polls an account; pure."""

from __future__ import annotations

import attrs

from gradient_async.checks import check_seconds
from gradient_async.errors import ConfigurationError
from gradient_async.transport.sliding_log import RateLimit


@attrs.frozen(kw_only=True)
class FeedPace:
    """
    The pace of a feed.

    Raises:
        ConfigurationError: A number is out of range.
    """

    rate_limit: RateLimit
    interval: float
    """Seconds between two polls of an account with unfinished jobs."""
    idle_interval: float
    """Seconds between two polls of any other account."""
    share: float
    """Share of each token's rate limit that polling may use, above 0 and up to 1."""

    def __attrs_post_init__(self) -> None:
        """Check the numbers."""
        check_seconds("interval", self.interval)
        check_seconds("idle_interval", self.idle_interval)
        check_seconds("share", self.share)
        if self.share > 1:
            msg = f"share must be above 0 and up to 1, got {self.share!r}"
            raise ConfigurationError(msg)

    def seconds_until_next(
        self, *, requests: int, is_active: bool, sharers: int = 1
    ) -> float:
        """
        Return the seconds from the start of a poll to the start of the next one.

        Args:
            requests: Number of requests that the poll sent.
            is_active: Whether the account has unfinished jobs.
            sharers: Number of accounts that use the same token.
        """
        wanted = self.interval if is_active else self.idle_interval
        return max(wanted, self.least_seconds(requests=requests, sharers=sharers))

    def least_seconds(self, *, requests: int, sharers: int = 1) -> float:
        """Return the seconds over which so many requests keep to the share."""
        windows = self.rate_limit.windows
        paces = (window.seconds / (window.requests * self.share) for window in windows)
        return requests * sharers * max(paces, default=0.0)
