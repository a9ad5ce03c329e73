"""All that the server knows, in one place."""

from __future__ import annotations

from typing import Final

import attrs
from aiohttp import web

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.faults import Fault, FaultScript
from gradient_async.emulator.limiter import Verdict
from gradient_async.emulator.network import Calendar, Network
from gradient_async.emulator.traffic import ReceivedRequest, Traffic


@attrs.frozen(kw_only=True)
class State:
    """The accounts and their data, the faults to come, and what has been seen."""

    accounts: tuple[Account, ...]
    network: Network
    calendar: Calendar
    faults: FaultScript = attrs.field(factory=FaultScript)
    traffic: Traffic = attrs.field(factory=Traffic)

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

FAULT: Final = web.RequestKey("fault", Fault)
"""Where a request keeps the fault that struck it, if one did."""
