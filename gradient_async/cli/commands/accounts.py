"""The commands for accounts, `gradient-async accounts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.accounts.checks import check_accounts, raise_for_refused
from gradient_async.cli.accounts.config_place import require_accounts_file
from gradient_async.cli.accounts.keyring_store import (
    delete_token,
    keyring_command,
    store_token,
)
from gradient_async.cli.accounts.known_accounts import KEYRING, KnownAccount
from gradient_async.cli.accounts.store import change_file, read_accounts
from gradient_async.cli.accounts.token_options import TokenOptions, read_token
from gradient_async.cli.accounts.toml_text import Value, add_account, remove_account
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import write_note
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.listings.accounts import (
    ACCOUNTS,
    CHECKED_ACCOUNTS,
    NamedAccount,
)
from gradient_async.cli.rows import iterate
from gradient_async.errors import ConfigurationError, GradientError
from gradient_async.printable import printable
from gradient_async.transport.credentials import TOKEN_PATTERN

_NO_TOKEN: Final = TokenOptions()

# Unlocking a keyring may take a while.
_KEYRING_TIMEOUT: Final = 60.0

File = Annotated[Path | None, Parameter(name="--accounts-file")]
"""An option for the file of accounts to change."""


async def list_accounts(
    *,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    List the accounts that there are, and where their tokens come from.

    Args:
        output: How to write the list.
        connection: Which accounts to list.
    """
    named = [NamedAccount(name, it) for name, it in connection.read_every().items()]
    await output.write(iterate(named), ACCOUNTS)


async def check(
    *,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Check the token of each account by a call that costs one request.

    Args:
        output: How to write the list.
        connection: Which accounts to check.
    """
    checked = await check_accounts(connection, connection.read_every())
    await output.write(iterate(checked), CHECKED_ACCOUNTS)
    raise_for_refused(checked)


def add(
    name: str,
    /,
    *,
    token: TokenOptions = _NO_TOKEN,
    base_url: str | None = None,
    tags: Annotated[
        tuple[str, ...], Parameter(name="--tag", negative=(), show_default=False)
    ] = (),
    file: File = None,
) -> None:
    """
    Add an account to the file of accounts.

    Args:
        name: Name of the account, as `--account` takes it.
        token: Where its token is.
        base_url: URL of the API, if it is another one.
        tags: Word to select accounts by. Repeat the option for several.
        file: Change this file instead of your own.
    """
    token.check()
    path = file or require_accounts_file()
    _check_new(name, path)
    # Raises if they are invalid, before a token is asked for.
    accounts.Account(str, base_url=base_url, tags=tags)
    extras: dict[str, Value] = {} if base_url is None else {"base_url": base_url}
    table = _describe(name, token) | extras | ({"tags": list(tags)} if tags else {})
    try:
        change_file(path, lambda text: add_account(text, name, table))
    except GradientError:
        # Another process may have added it since, whose token it is.
        if token.keyring and name not in read_accounts(path):
            delete_token(name)
        raise
    write_note(f"added {name} to {path}; check it: gradient-async accounts check")


def _check_new(name: str, path: Path) -> None:
    shown = printable(name)
    if not name or shown != name:
        msg = f"the name of an account must be printable, got {shown!r}"
        raise ConfigurationError(msg)
    if TOKEN_PATTERN.search(name):
        msg = "the name of an account must not be a token"
        raise ConfigurationError(msg)
    if name in read_accounts(path):
        msg = f"there is an account {shown!r} already: remove it first"
        raise ConfigurationError(msg)


def _describe(name: str, token: TokenOptions) -> dict[str, Value]:
    """
    Return what the file has of a token, which is stored if it is entered now.

    Raises:
        ConfigurationError: The token, or where it is, is invalid.
    """
    if token.env is not None:
        return {"token_env": accounts.EnvironmentToken(token.env).variable}
    if token.file is not None:
        return {"token_file": str(accounts.FileToken(token.path).path)}
    if token.command is not None:
        return {"token_command": list(accounts.CommandToken(token.words).command)}
    secret = read_token(name)
    # Raises if it is no token.
    accounts.Account(secret.reveal())
    if not token.keyring:
        return {"token": secret}
    store_token(name, secret)
    command = keyring_command(name)
    return {"token_command": command, "token_timeout": _KEYRING_TIMEOUT}


def remove(name: str, /, *, file: File = None) -> None:
    """
    Remove an account from the file of accounts, and its token from the keyring.

    Args:
        name: Name of the account.
        file: Change this file instead of your own.
    """
    path = file or require_accounts_file()
    shown = printable(name)
    known = read_accounts(path)
    if name not in known:
        msg = f"there is no account {shown!r} in {printable(str(path))}"
        raise accounts.UnknownAccountError(msg)
    change_file(path, lambda text: remove_account(text, name))
    write_note(f"removed {shown} from {path}")
    token = KnownAccount(known[name], str(path)).token
    if token == KEYRING and not delete_token(name):
        write_note(f"its token could not be deleted from the {token}")
