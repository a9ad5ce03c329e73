"""Members and leases in memory, by the same decisions and the server's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from gradient_async.shared.leases.plan import LeasePlan, digest_names, plan_leases
from gradient_async.shared.leases.table import LeaseTable


class LeaseWorld:
    """
    What the script `leases.lua` does, on dictionaries.

    `moves` counts how often each account was taken.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.members: dict[str, str] = {}
        self.leases: dict[str, tuple[int, str]] = {}
        self.moves = Counter[str]()

    @property
    def table(self) -> LeaseTable:
        """The table that a member receives."""
        return LeaseTable(dict(self.members), dict(self.leases))

    @property
    def loads(self) -> dict[str, int]:
        """Number of accounts that each member holds."""
        counts = Counter(holder for _, holder in self.leases.values())
        return {member: counts[member] for member in self.members}

    def join(self, member: str, names: Collection[str] | None = None) -> None:
        """Add a member that knows all accounts, or some."""
        self.members[member] = digest_names(self.names if names is None else names)

    def leave(self, member: str) -> None:
        """Remove a member, as when it dies."""
        del self.members[member]

    def plan(self, member: str, names: Collection[str] | None = None) -> LeasePlan:
        """Return what a member would do now."""
        return plan_leases(member, self.names if names is None else names, self.table)

    def act(self, member: str, plan: LeasePlan) -> None:
        """Do what a member has decided, by the server's rules."""
        for account in plan.give_up:
            fence, holder = self.leases[account]
            if holder == member:
                self.leases[account] = (fence, "")
        for account in plan.take:
            fence, holder = self.leases.get(account, (0, ""))
            if holder not in self.members:
                self.leases[account] = (fence + 1, member)
                self.moves[account] += 1

    def settle(self) -> int:
        """Let all members act in turns until nothing changes; return the rounds."""
        for count in range(20):  # pragma: no branch
            plans = {member: self.plan(member) for member in self.members}
            if not any(plan.take or plan.give_up for plan in plans.values()):
                return count
            for member, plan in plans.items():
                self.act(member, plan)
        raise AssertionError  # pragma: no cover
