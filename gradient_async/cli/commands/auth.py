"""The command `gradient-async auth status`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from gradient_async.cli.accounts.checks import check_accounts, raise_for_refused
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.facts import plain, render_facts, write_lines
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.formatting import format_time
from gradient_async.cli.listings.accounts import (
    AUTHENTICATED_ACCOUNTS,
    NamedAccount,
)
from gradient_async.cli.rows import iterate
from gradient_async.settings import find_base_url


async def status(
    *,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Show which token is used, where it comes from, and whether it works.

    The token itself is never shown.

    Args:
        output: How to write it.
        connection: Which accounts to use.
    """
    checked = await check_accounts(connection, connection.read())
    if output.is_for_people and len(checked) == 1:
        write_lines(render_facts(_facts(checked[0])))
    else:
        await output.write(iterate(checked), AUTHENTICATED_ACCOUNTS)
    raise_for_refused(checked)


def _facts(item: NamedAccount) -> Iterator[tuple[str, Text]]:
    account, health = item.known.account, item.health
    assert health is not None
    yield "account", plain(item.name)
    yield "token", plain(item.known.token)
    yield "configured in", plain(item.known.place)
    yield "API", plain(account.base_url or find_base_url(None))
    yield "works", Text("yes", "green") if health.ok else Text("no", "red")
    if health.remaining is not None:
        yield "requests left", Text(f"{health.remaining:,} in this hour")
    if health.reset_at is not None:
        yield "more from", format_time(health.reset_at)
