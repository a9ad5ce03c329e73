"""
For tests of code that uses this package.

`MemoryTransport` answers a client without a network; the pytest plugin has a fixture
that runs a server, `gradient_emulator`.
"""

from gradient_async.testing.memory import Handler, MemoryTransport, json_response
from gradient_async.transport.wire import Request, Response

__all__ = ["Handler", "MemoryTransport", "Request", "Response", "json_response"]
