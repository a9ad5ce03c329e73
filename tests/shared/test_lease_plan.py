"""Who should hold which account: balance, and what moves when members change."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.shared.leases.plan import LeasePlan, even_shares, plan_leases
from gradient_async.shared.leases.table import (
    LeaseTable,
    format_lease,
    parse_lease,
)
from tests.shared.lease_world import LeaseWorld

ACCOUNTS = [f"account-{number}" for number in range(1000)]


def world_of(members: int, accounts: Sequence[str] = ACCOUNTS) -> LeaseWorld:
    """Return a world whose members hold all accounts."""
    world = LeaseWorld(accounts)
    for number in range(members):
        world.join(f"member-{number}")
    world.settle()
    return world


def test_balance() -> None:
    """10 members hold 100 of 1,000 accounts each."""
    assert [100] * 10 == list(world_of(10).loads.values())


def test_a_join() -> None:
    """A member that joins 9 gets 100 of 1,000 accounts, and no other moves."""
    world = world_of(9)
    world.moves.clear()
    world.join("new")
    world.settle()

    assert 100 == world.loads["new"] == world.moves.total()


def test_a_death() -> None:
    """What a member held goes to the others, and nothing else moves."""
    world = world_of(10)
    lost = {account for account, it in world.leases.items() if it[1] == "member-3"}
    world.moves.clear()
    world.leave("member-3")
    world.settle()

    assert lost == set(world.moves)
    assert {111, 112} == set(world.loads.values())


def test_a_handover_begins_with_the_holder() -> None:
    """Nobody takes an account that a living member holds."""
    world = world_of(1, ACCOUNTS[:4])
    world.join("new")

    assert world.plan("new") == LeasePlan((), ())
    assert 2 == len(world.plan("member-0").give_up)


def test_all_processes_agree() -> None:
    """Members that see the same table never want the same account."""
    world = LeaseWorld(ACCOUNTS)
    for number in range(7):
        world.join(f"member-{number}")
    taken = [it for member in world.members for it in world.plan(member).take]

    assert sorted(ACCOUNTS) == sorted(taken)


def test_decisions_that_are_outdated() -> None:
    """What was decided before others acted does no harm, and is decided anew."""
    world = LeaseWorld(ACCOUNTS[:10])
    world.join("one")
    alone = world.plan("one")
    world.join("two")
    world.act("two", world.plan("two"))
    world.act("one", alone)
    assert {"one": 5, "two": 5} == world.loads
    world.act("one", LeasePlan((), tuple(ACCOUNTS[:10])))
    assert {"one": 0, "two": 5} == world.loads


def test_other_accounts_elsewhere() -> None:
    """A member that knows other accounts gets none that it does not know."""
    world = LeaseWorld(ACCOUNTS[:10])
    world.join("all")
    world.join("few", ACCOUNTS[:3])
    few = world.plan("few", ACCOUNTS[:3])
    world.act("few", few)
    world.act("all", world.plan("all"))

    assert sorted(ACCOUNTS[:3]) == sorted(few.take)
    assert {"few": 3, "all": 7} == {it: world.loads[it] for it in ("few", "all")}


def test_an_account_that_was_removed() -> None:
    """A member gives up an account that it does not know any more."""
    table = LeaseTable({"me": ""}, {"gone": (5, "me"), "elsewhere": (1, "other")})

    assert LeasePlan((), ("gone",)) == plan_leases("me", (), table)


@pytest.mark.parametrize(
    ("loads", "total", "shares"),
    [
        ({"a": 0}, 7, {"a": 7}),
        ({"a": 4, "b": 3}, 7, {"a": 4, "b": 3}),
        ({"a": 3, "b": 4}, 7, {"a": 3, "b": 4}),
        ({"a": 3, "b": 3, "c": 0}, 6, {"a": 2, "b": 2, "c": 2}),
        ({"a": 0, "b": 0}, 1, {"a": 1, "b": 0}),
        ({"a": 0, "b": 0}, 0, {"a": 0, "b": 0}),
    ],
)
def test_shares(loads: dict[str, int], total: int, shares: dict[str, int]) -> None:
    """Shares are even, and who holds more keeps more."""
    assert shares == even_shares(loads, total)


@given(
    accounts=st.integers(0, 60),
    changes=st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=12),
)
def test_any_changes(accounts: int, changes: list[tuple[bool, int]]) -> None:
    """After any joins and deaths, all accounts are held, evenly, and no more moved."""
    world = LeaseWorld(ACCOUNTS[:accounts])
    world.join("first")
    world.settle()
    for joins, number in changes:
        before, free, name = world.loads, 0, f"member-{number}"
        if joins and name not in world.members:
            world.join(name)
        elif not joins and name in world.members:
            free = before[name]
            world.leave(name)
        world.moves.clear()
        world.settle()
        loads = world.loads

        assert accounts == sum(loads.values())
        assert max(loads.values()) - min(loads.values()) <= 1
        assert max(free, loads.get(name, 0)) >= world.moves.total()


@given(st.integers(0, 2**53), st.text(alphabet=st.characters(categories=["L", "P"])))
def test_leases_as_text(fence: int, session: str) -> None:
    """A lease is read from the server as it was written."""
    assert (fence, session) == parse_lease(format_lease(fence, session))
