"""Who holds which account, as the server said last; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import attrs
import msgspec


@attrs.frozen(eq=False)
class LeaseTable:
    """The members that are alive, and the leases; equal only to itself."""

    members: Mapping[str, str]
    """The accounts that each member knows, as a digest, by its session."""
    leases: Mapping[str, tuple[int, str]]
    """
    Fencing number and session of the holder, by account.

    The session is empty if the lease was given up, and not a member's if its holder
    has died.
    """

    @classmethod
    def decode(cls, members: str | bytes, leases: str | bytes) -> Self:
        """Return the table in two flat JSON lists of keys and values."""
        return cls(
            dict(_pairs(members)),
            {account: parse_lease(value) for account, value in _pairs(leases)},
        )

    def held_by(self, session: str) -> dict[str, int]:
        """Return the fencing number of each account that a member holds."""
        return {
            account: fence
            for account, (fence, holder) in self.leases.items()
            if holder == session
        }


def format_lease(fence: int, session: str) -> str:
    """Return a lease as it stands on the server."""
    return f"{fence}:{session}"


def parse_lease(value: str) -> tuple[int, str]:
    """Return the fencing number and the session of a lease."""
    fence, _, session = value.partition(":")
    return int(fence), session


def _pairs(content: str | bytes) -> list[tuple[str, str]]:
    flat = msgspec.json.decode(content, type=list[str])
    return list(zip(flat[::2], flat[1::2], strict=True))
