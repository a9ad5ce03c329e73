"""Run an emulator in a background thread, for async and plain tests alike."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gradient_async.emulator import Emulator


@contextmanager
def run_in_background(emulator: Emulator) -> Iterator[Emulator]:
    """Run an emulator on an event loop in a background thread; stop it at the end."""
    with _running_loop() as loop:
        asyncio.run_coroutine_threadsafe(emulator.start(), loop).result()
        try:
            yield emulator
        finally:
            asyncio.run_coroutine_threadsafe(emulator.aclose(), loop).result()


@contextmanager
def _running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=loop.run_forever, name="gradient-emulator", daemon=True
    )
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
