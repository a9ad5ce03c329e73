"""
A process that polls accounts: `python -m tests.shared.worker REDIS API`.

The tokens come as JSON on stdin. SIGTERM ends it as an operator does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys

from gradient_async.shared import SharedFeed, SharedStore
from tests.shared.conftest import KEY
from tests.shared.feed_world import open_accounts

LEASE_SECONDS = 2.0


async def main(redis: str, api: str, tokens: list[str]) -> None:
    """Poll until SIGTERM."""
    async with (
        open_accounts(api, tuple(tokens)) as accounts,
        SharedStore(redis, key=KEY) as store,
    ):
        feed = SharedFeed(
            store,
            accounts,
            lease_seconds=LEASE_SECONDS,
            interval=0.5,
            idle_interval=0.5,
            share=1.0,
        )
        task = asyncio.ensure_future(feed.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await asyncio.wait([task])
        _ = task.cancelled() or task.result()


if __name__ == "__main__":  # pragma: no branch
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    asyncio.run(main(sys.argv[1], sys.argv[2], json.load(sys.stdin)))
