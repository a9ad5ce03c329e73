"""
For tests of code that uses this package.

`MemoryTransport` answers a client without a network; the pytest plugin
`gradient_async.testing.plugin` has a fixture that runs a server, `gradient_emulator`.
"""

from gradient_async.testing.background import RunningEmulator, run_in_background
from gradient_async.testing.memory import Handler, MemoryTransport, json_response
from gradient_async.transport.credentials import Secret
from gradient_async.transport.wire import Request, Response, Transport, Upload

__all__ = [
    "Handler",
    "MemoryTransport",
    "Request",
    "Response",
    "RunningEmulator",
    "Secret",
    "Transport",
    "Upload",
    "json_response",
    "run_in_background",
]
