"""Find the names of knowledge bases, for people to read instead of ids."""

from __future__ import annotations

from contextlib import suppress

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.errors import GradientError


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
