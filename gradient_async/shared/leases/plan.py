"""
Who should hold which account; pure.

Each account ranks the members by rendezvous hashing, so all processes rank them alike.
It goes to the first one that has room: no member holds more than its even share. Who
holds an account keeps it for as long as it does not have too many, so nothing moves
that need not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import Final

import attrs

from gradient_async.shared.leases.table import LeaseTable

_MASK: Final = 2**64 - 1
# Knuth's multiplier: 2^64 by the golden ratio.
_MULTIPLIER: Final = 0x9E3779B97F4A7C15


@attrs.frozen
class LeasePlan:
    """What one member should do."""

    take: tuple[str, ...]
    """Free accounts to take."""
    give_up: tuple[str, ...]
    """Accounts to give up, because it has too many, or does not know them."""


@attrs.frozen
class _Holdings:
    """The accounts by who holds them."""

    held: Mapping[str, list[str]]
    free: list[str]


def digest_names(names: Iterable[str]) -> str:
    """Return a digest by which members see that they know the same accounts."""
    return blake2b("\0".join(sorted(names)).encode(), digest_size=8).hexdigest()


def plan_leases(session: str, names: Collection[str], table: LeaseTable) -> LeasePlan:
    """
    Return what a member should take and give up.

    Members that know other accounts are left out, and so is what they hold: whom an
    account would go to might not know it.

    Args:
        session: The member.
        names: The accounts that it knows.
        table: The members and the leases.
    """
    digest = digest_names(names)
    members = {**table.members, session: digest}
    peers = sorted(it for it, other in members.items() if other == digest)
    holdings = _sort_accounts(names, table, peers)
    loads = {peer: len(accounts) for peer, accounts in holdings.held.items()}
    quotas = even_shares(loads, sum(loads.values()) + len(holdings.free))
    room = {peer: quotas[peer] - loads[peer] for peer in peers}
    mine = holdings.held[session]
    unknown = table.held_by(session).keys() - set(names)
    return LeasePlan(
        take=tuple(_assign(holdings.free, room).get(session, ())),
        give_up=(*sorted(unknown), *_least_preferred(session, mine, -room[session])),
    )


def even_shares(loads: Mapping[str, int], total: int) -> dict[str, int]:
    """
    Return how many accounts each member should hold: numbers that differ by at most 1.

    Where the accounts do not divide evenly, those that hold most get one more.
    """
    share, rest = divmod(total, len(loads))
    by_load = sorted(loads, key=lambda member: (-loads[member], member))
    return {member: share + (rank < rest) for rank, member in enumerate(by_load)}


def rank(account: int, member: int) -> int:
    """Return how much an account prefers a member, given the hashes of both."""
    return ((account ^ member) * _MULTIPLIER) & _MASK


def hash_name(name: str) -> int:
    """Return 64 bits that are the same in every process."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest())


def _sort_accounts(
    names: Collection[str], table: LeaseTable, peers: Collection[str]
) -> _Holdings:
    held: dict[str, list[str]] = {peer: [] for peer in peers}
    free: list[str] = []
    for name in sorted(names):
        _, holder = table.leases.get(name, (0, ""))
        if holder in held:
            held[holder].append(name)
        elif holder not in table.members:
            free.append(name)
    return _Holdings(held, free)


def _assign(free: Iterable[str], room: Mapping[str, int]) -> dict[str, list[str]]:
    """Assign each free account to the first member in its order that has room."""
    left = {member: count for member, count in room.items() if count > 0}
    hashes = {member: hash_name(member) for member in left}
    assigned: dict[str, list[str]] = {member: [] for member in left}
    for account in free:
        number = hash_name(account)
        first = max(left, key=lambda member: rank(number, hashes[member]))
        assigned[first].append(account)
        left[first] -= 1
        if not left[first]:
            del left[first]
    return assigned


def _least_preferred(session: str, accounts: Iterable[str], count: int) -> list[str]:
    """Return the accounts that prefer their holder least."""
    if count <= 0:
        return []
    own = hash_name(session)
    return sorted(accounts, key=lambda account: rank(hash_name(account), own))[:count]
