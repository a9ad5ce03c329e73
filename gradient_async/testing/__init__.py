"""
Tools for testing code that uses this package.

`MemoryTransport` serves a client without a network, the fixture `gradient_emulator` of
the pytest plugin runs a local server, and `skip_waits` makes waiting take no time.
"""

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

if TYPE_CHECKING:
    from gradient_async.testing.background import run_in_background
    from gradient_async.testing.memory import Handler, MemoryTransport, json_response
    from gradient_async.testing.waits import skip_waits
    from gradient_async.transport.credentials import Secret
    from gradient_async.transport.wire import Request, Response, Transport, Upload

__all__ = [
    "Handler",
    "MemoryTransport",
    "Request",
    "Response",
    "Secret",
    "Transport",
    "Upload",
    "json_response",
    "run_in_background",
    "skip_waits",
]

if not TYPE_CHECKING:
    # Pytest imports this package in every run where it is installed.
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.testing.background": "run_in_background",
            "gradient_async.testing.memory": "Handler MemoryTransport json_response",
            "gradient_async.testing.waits": "skip_waits",
            "gradient_async.transport.credentials": "Secret",
            "gradient_async.transport.wire": "Request Response Transport Upload",
        },
    )
