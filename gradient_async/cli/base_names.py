"""Find the names of knowledge bases, for people to read instead of ids."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import Final

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.rows import Row
from gradient_async.errors import GradientError
from gradient_async.models import IndexingJob

_PATIENCE: Final = 1.0
"""Seconds for which the first job of an account waits for names."""


class BaseNames:
    """The names of knowledge bases; the list of an account is read when needed."""

    def __init__(self, chosen: accounts.Accounts) -> None:
        self._accounts = chosen
        self._asked: set[str] = set()
        self.known: dict[str, str] = {}
        """Names by id."""

    def lacks(self, uuid: str) -> bool:
        """Return whether an id is new; it is looked for only once."""
        is_new = bool(uuid) and uuid not in self._asked and uuid not in self.known
        self._asked.add(uuid)
        return is_new

    async def load(self, account: str) -> None:
        """Read the names of an account; without them, ids are shown."""
        with suppress(GradientError):
            client = self._accounts[account]
            async for base in client.knowledge_bases.list():
                self.known[base.uuid] = base.name or base.uuid

    async def read_ahead(
        self, rows: AsyncGenerator[Row[IndexingJob], None], names: Iterable[str]
    ) -> AsyncGenerator[Row[IndexingJob], None]:
        """
        Yield rows, while the lists of their accounts are read at the same time.

        The first row of an account waits for its names, for a second at most.

        Args:
            rows: Jobs of accounts.
            names: Names of the accounts.
        """
        tasks = {name: asyncio.create_task(self.load(name)) for name in names}
        waiting = dict(tasks)
        try:
            async for row in rows:
                if task := waiting.pop(row.account, None):
                    await asyncio.wait([task], timeout=_PATIENCE)
                yield row
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
