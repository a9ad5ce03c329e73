"""The right to look after one account, for as long as it is renewed."""

from __future__ import annotations

import asyncio
import math
import os
import secrets
import socket

from gradient_async.errors import LeaseLostError
from gradient_async.shared.leases.table import format_lease


def create_name() -> str:
    """
    Return a name for this process that none ever had.

    The host and the process are for people who look at the server.
    """
    return f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(8)}"


class Session:
    """One process as a member, until it leaves or fails to renew itself in time."""

    def __init__(self) -> None:
        self.id: str = create_name()
        """Name of the member on the server."""
        self.valid_until: float = -math.inf
        """Time of the event loop until which the leases are certain."""
        self.has_joined: bool = False
        """Whether the server has known it."""

    @property
    def is_valid(self) -> bool:
        """Whether its leases are certain now."""
        return asyncio.get_running_loop().time() < self.valid_until


class Lease:
    """
    The right to look after one account, which one process has at a time.

    `is_valid` goes by this machine's clock: a process that was suspended for too long
    sees that it is over before the server has been asked.
    """

    def __init__(self, account: str, fence: int, session: Session) -> None:
        self.account: str = account
        """Name of the account."""
        self.fence: int = fence
        """
        Fencing number, larger than those of all earlier leases of the account.

        Whatever stores something for the account can refuse a smaller one than it has
        seen: it comes from a process that has not noticed that its lease is over.
        """
        self._session = session
        self._is_over = False

    @property
    def is_valid(self) -> bool:
        """Whether no other process can have the account now."""
        return not self._is_over and self._session.is_valid

    @property
    def value(self) -> str:
        """The lease as it stands on the server."""
        return format_lease(self.fence, self._session.id)

    def check(self) -> None:
        """
        Raise if the lease is over.

        Raises:
            LeaseLostError: It is.
        """
        if not self.is_valid:
            msg = "another process may look after the account now"
            raise LeaseLostError(msg, account=self.account)

    def end(self) -> None:
        """Record that the lease is over."""
        self._is_over = True

    def __repr__(self) -> str:
        """Return the account and the number."""
        return f"<Lease {self.account!r} {self.fence}>"
