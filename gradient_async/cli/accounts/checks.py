"""Find out by a call whether the token of each account works."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.accounts.known_accounts import KnownAccount
from gradient_async.cli.connection import Connection
from gradient_async.cli.listings.accounts import NamedAccount


async def check_accounts(
    connection: Connection, known: dict[str, KnownAccount]
) -> list[NamedAccount]:
    """Make one cheap call of each account, all at once; failures are in the result."""
    async with connection.connect(known) as chosen:
        results = await chosen.map(
            lambda client: client.regions.list(), on_error="collect"
        )
        # The error of a token that cannot be read is in the results alone.
        health = {
            name: attrs.evolve(it, error=results.errors.get(name))
            for name, it in chosen.health().items()
        }
    return [NamedAccount(name, known[name], it) for name, it in health.items()]


def raise_for_refused(checked: Sequence[NamedAccount]) -> None:
    """
    Raise if accounts have failed.

    Raises:
        AccountsError: It names each account that failed.
    """
    states = accounts.ReportState
    errors = {
        it.name: it.health.error for it in checked if it.health and it.health.error
    }
    if errors:
        reports = {
            it.name: accounts.AccountReport(
                account=it.name,
                state=states.FAILED if it.name in errors else states.COMPLETE,
            )
            for it in checked
        }
        msg = f"{len(errors)} of {len(reports)} accounts failed"
        raise accounts.AccountsError(msg, errors=errors, reports=reports)
