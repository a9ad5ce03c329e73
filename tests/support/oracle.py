"""The simplest possible sliding log of a server, to check pacing against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradient_async import Window

# Floating-point sums that are equal on paper may differ in their last bits.
_ROUNDING = 1e-9


def violations(
    windows: Iterable[Window], arrivals: Iterable[float]
) -> Sequence[tuple[Window, float]]:
    """
    Return each window that was exceeded, with the time of the excess request.

    A request that arrived exactly one window ago no longer counts.
    """
    stamps = sorted(arrivals)
    return [
        (window, now)
        for window in windows
        for position, now in enumerate(stamps[window.requests :])
        if now - stamps[position] < window.seconds - _ROUNDING
    ]
