"""
A local stand-in for the Gradient AI API, made for tests and for trying things out.

It serves knowledge bases, their data sources and their indexing jobs over HTTP on
127.0.0.1, limits requests as the platform does, and misbehaves when it is told to.
It is written from the API's description alone and knows nothing of the client.
"""

from gradient_async.emulator.emulator import Emulator
from gradient_async.emulator.http.faults import Fault
from gradient_async.emulator.http.limiter import Window
from gradient_async.emulator.http.traffic import ReceivedRequest
from gradient_async.emulator.storage.object_store import ReceivedUpload

__all__ = ["Emulator", "Fault", "ReceivedRequest", "ReceivedUpload", "Window"]
