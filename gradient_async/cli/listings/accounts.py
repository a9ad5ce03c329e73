"""How accounts are listed."""

from __future__ import annotations

from typing import Final

import attrs

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.accounts.known_accounts import KnownAccount
from gradient_async.cli.columns import Cell, Column, ColumnType, Listing
from gradient_async.settings import find_base_url


@attrs.frozen
class NamedAccount:
    """An account with its name, and what a call has found out."""

    name: str
    """Name of the account."""
    known: KnownAccount
    """The account, and where it is configured."""
    health: accounts.Health | None = None
    """What a call has found out; None if none was made."""


def _to_row(item: NamedAccount) -> dict[str, Cell]:
    account = item.known.account
    return {
        "name": item.name,
        "token": item.known.token,
        "configured_in": item.known.place,
        "base_url": account.base_url or find_base_url(None),
        "tags": ",".join(sorted(account.tags)),
    }


def _to_checked_dict(item: NamedAccount) -> dict[str, object]:
    row, health = _to_checked_row(item), item.health
    assert health is not None
    return {**row, **_to_dict(item), "reset_at": health.to_dict()["reset_at"]}


def _to_checked_row(item: NamedAccount) -> dict[str, Cell]:
    health = item.health
    assert health is not None
    return {
        **_to_row(item),
        "ok": health.ok,
        "reason": health.error.message if health.error else "",
        "remaining": health.remaining,
        "reset_at": health.reset_at,
    }


def _to_dict(item: NamedAccount) -> dict[str, object]:
    return {**_to_row(item), "tags": sorted(item.known.account.tags)}


_COLUMNS: Final = (
    Column[NamedAccount]("name", width=16),
    Column[NamedAccount]("token", width=39),
    Column[NamedAccount]("configured_in"),
    Column[NamedAccount]("base_url", title="API", width=28),
    Column[NamedAccount]("tags", width=12),
)

ACCOUNTS: Final = Listing[NamedAccount](
    noun="account",
    columns=_COLUMNS,
    table=("name", "token", "tags", "configured_in"),
    to_row=_to_row,
    to_dict=_to_dict,
)
"""Accounts as they are configured."""

CHECKED_ACCOUNTS: Final = Listing[NamedAccount](
    noun="account",
    columns=(
        *_COLUMNS,
        Column("ok", ColumnType.FLAG),
        Column("remaining", ColumnType.INTEGER),
        Column("reset_at", ColumnType.TIME, width=20),
        Column("reason"),
    ),
    table=("name", "ok", "remaining", "reset_at", "reason"),
    to_row=_to_checked_row,
    to_dict=_to_checked_dict,
)
"""Accounts, and whether the API accepts their tokens."""

AUTHENTICATED_ACCOUNTS: Final = attrs.evolve(
    CHECKED_ACCOUNTS, table=("name", "token", "ok", "remaining", "base_url", "reason")
)
"""Accounts, where their tokens come from, and whether the API accepts them."""
