"""All that the server knows, in one place."""

from __future__ import annotations

import asyncio
from typing import Final

import attrs
from aiohttp import web

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.clock import Clock
from gradient_async.emulator.http.faults import Fault, FaultScript
from gradient_async.emulator.http.limiter import Verdict
from gradient_async.emulator.http.network import Network
from gradient_async.emulator.http.traffic import STORAGE_IDS, ReceivedRequest, Traffic
from gradient_async.emulator.storage.object_store import ObjectStore


@attrs.frozen(kw_only=True)
class State:
    """The accounts and their data, the faults to come, and what has been seen."""

    accounts: tuple[Account, ...]
    network: Network
    clock: Clock
    store: ObjectStore
    faults: FaultScript = attrs.field(factory=FaultScript)
    traffic: Traffic = attrs.field(factory=Traffic)
    storage_traffic: Traffic = attrs.field(factory=lambda: Traffic(STORAGE_IDS))
    """What the site of the store has seen."""

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the time from a loop; what was timed by another one is carried over."""
        ahead = self.clock.start(loop)
        for account in self.accounts:
            if account.limiter is not None:
                account.limiter.shift(ahead)

    def find_account(self, token: str) -> Account | None:
        """Give the account that a token belongs to, if there is one."""
        return next((acc for acc in self.accounts if acc.token == token), None)


STATE: Final = web.AppKey("state", State)
"""Where the application keeps its state."""

RECEIVED: Final = web.RequestKey("received", ReceivedRequest)
"""Where a request keeps its record."""

ACCOUNT: Final = web.RequestKey("account", Account)
"""Where a request keeps the account of its token, if that is known."""

VERDICT: Final = web.RequestKey("verdict", Verdict)
"""Where a request keeps what the limiter said of it, if there is a limiter."""

MOMENT: Final = web.RequestKey("moment", int)
"""Where a request keeps the clock's time that is now for it."""

FAULT: Final = web.RequestKey("fault", Fault)
"""Where a request keeps the fault that struck it, if one did."""
