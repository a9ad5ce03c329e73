"""An emulator that stops while a client connects."""

from __future__ import annotations

import asyncio
import gc
import socket
from urllib.parse import urlsplit

import pytest

from gradient_async.emulator import Emulator


@pytest.mark.parametrize("rounds", range(5))
async def test_a_connection_in_the_making_is_closed(rounds: int) -> None:
    """However far it is when the emulator stops, no connection is left open."""
    async with Emulator(jobs=0) as api:
        url = urlsplit(api.url)
        with socket.create_connection((str(url.hostname), int(url.port or 0))):
            for _ in range(rounds):
                await asyncio.sleep(0)
            await api.aclose()
    # A socket that is left open warns, and a warning is an error.
    gc.collect()
