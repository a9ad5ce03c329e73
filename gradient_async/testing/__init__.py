"""
Tools for testing code that uses this package.

`MemoryTransport` serves a client without a network; the fixture `gradient_emulator` of
the pytest plugin `gradient_async.testing.plugin` runs a local server.
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
