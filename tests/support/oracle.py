"""A server's sliding log, as simple as it gets: the judge of pacing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradient_async import Window

# Sums of floats that are equal on paper differ in their last bits.
_ROUNDING = 1e-9


def violations(
    windows: Iterable[Window], arrivals: Iterable[float]
) -> Sequence[tuple[Window, float]]:
    """
    Name each window, and the moment at which it had let too many requests in.

    A request that arrived exactly one window ago does not count any more.
    """
    stamps = sorted(arrivals)
    return [
        (window, now)
        for window in windows
        for position, now in enumerate(stamps[window.requests :])
        if now - stamps[position] < window.seconds - _ROUNDING
    ]
