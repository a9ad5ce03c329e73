"""
A local server that emulates the Gradient AI API, for tests and experiments.

It serves knowledge bases, their data sources and their indexing jobs over HTTP on
127.0.0.1, limits requests as the platform does, and fails on request. It is written
from the API's description and shares no code with the client.
"""

from gradient_async.emulator.core.faults import Fault
from gradient_async.emulator.core.limiter import Window
from gradient_async.emulator.core.records import (
    AddedKnowledgeBase,
    ReceivedRequest,
    ReceivedUpload,
)
from gradient_async.emulator.emulator import Emulator

__all__ = [
    "AddedKnowledgeBase",
    "Emulator",
    "Fault",
    "ReceivedRequest",
    "ReceivedUpload",
    "Window",
]
