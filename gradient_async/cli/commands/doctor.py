"""The command `gradient-async doctor`."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from rich.text import Text

from gradient_async.cli.accounts.checks import check_accounts
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import create_console
from gradient_async.cli.doctor.findings import (
    Finding,
    check_installation,
    check_settings,
    check_terminal,
)
from gradient_async.cli.doctor.network_probe import UNREACHED, check_network
from gradient_async.cli.error_lines import describe_error
from gradient_async.cli.listings.accounts import NamedAccount
from gradient_async.errors import ConfigurationError, GradientError
from gradient_async.printable import printable

_NAME_WIDTH: Final = 10


async def doctor(*, connection: Connection = DEFAULT_CONNECTION) -> None:
    """
    Check everything that the command needs: a line each, with what to do.

    The exit code is 1 if something is wrong.

    Args:
        connection: Which accounts to check.
    """
    console = create_console(sys.stdout)
    results = []
    async with aclosing(_examine(connection)) as findings:
        async for finding in findings:
            console.print(_render(finding), soft_wrap=True)
            results.append(finding.is_ok)
    if not all(results):
        msg = f"{results.count(False)} of {len(results)} checks failed"
        raise GradientError(msg)


def _render(finding: Finding) -> Text:
    mark = ("ok  ", "green") if finding.is_ok else ("FAIL", "bold red")
    name = printable(finding.name)
    return Text.assemble(mark, f"  {name:{_NAME_WIDTH}}  {printable(finding.text)}")


async def _examine(connection: Connection) -> AsyncGenerator[Finding, None]:
    """Yield what is found, each as soon as it is known."""
    for finding in check_installation():
        yield finding
    yield check_terminal(create_console(sys.stdout))
    settings, route = check_settings(connection.proxy)
    for finding in settings:
        yield finding
    if route is None:
        return
    async with aclosing(check_network(route)) as network:
        async for finding in network:
            yield finding
            if not finding.is_ok and finding.name in UNREACHED:
                yield Finding("tokens", "not checked: the API is not reached")
                return
    for finding in await _check_tokens(connection):
        yield finding


async def _check_tokens(connection: Connection) -> list[Finding]:
    try:
        checked = await check_accounts(connection, connection.read_every())
    except ConfigurationError as error:
        return [Finding("tokens", error.message, is_ok=False)]
    return [_judge_token(item) for item in checked]


def _judge_token(item: NamedAccount) -> Finding:
    health, known = item.health, item.known
    assert health is not None
    text = f"{item.name}: {known.token}, {known.place}"
    if health.error is not None:
        (problem,) = describe_error(health.error, command="doctor")
        return Finding("token", f"{text}: {problem}", is_ok=False)
    if health.remaining is not None:
        text += f", {health.remaining:,} requests left"
    return Finding("token", text)
