"""
A process that begins to handle an entry: `python -m tests.shared.consumer REDIS`.

It prints the entry's key, and is killed before it has finished.
"""

from __future__ import annotations

import asyncio
import sys

from gradient_async.shared import SharedFeed, SharedStore
from tests.shared.conftest import KEY

RETRY_AFTER = 1.0


async def main(redis: str) -> None:
    """Handle entries, for longer than anybody waits."""
    async with SharedStore(redis, key=KEY) as store:
        group = SharedFeed(store).group("mail", since="0-0", retry_after=RETRY_AFTER)
        async for entry in group.consume():
            async with entry:
                print(entry.key, flush=True)  # noqa: T201  (for the test)
                await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
