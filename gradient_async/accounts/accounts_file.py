"""Accounts from a TOML file."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import msgspec

from gradient_async.accounts.account import Account
from gradient_async.accounts.private_file import PrivateFile, load_file
from gradient_async.accounts.token_sources import (
    CommandToken,
    EnvironmentToken,
    FileToken,
)
from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable
from gradient_async.transport.credentials import TOKEN_PATTERN, Token

_Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]
_Words: TypeAlias = Annotated[list[str], msgspec.Meta(min_length=1)]
_Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=sys.float_info.max)]

T = TypeVar("T")

_POSITION: Final = re.compile(r"\((at [a-z0-9, ]+)\)$")


# Keys that have or find the token, and the options that suit each.
_SOURCES: Final[Mapping[str, frozenset[str]]] = {
    "token_env": frozenset(),
    "token_file": frozenset({"token_ttl", "token_shared"}),
    "token_command": frozenset({"token_ttl", "token_timeout"}),
    "token": frozenset(),
}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file; accounts are decoded one by one, so that errors name them."""

    accounts: Annotated[dict[str, object], msgspec.Meta(min_length=1)]


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    """The table of an account; what is not in it is None."""

    token: _Text | None = None
    token_env: _Text | None = None
    token_file: _Text | None = None
    token_command: _Words | None = None
    token_ttl: _Seconds | None = None
    token_shared: bool | None = None
    token_timeout: _Seconds | None = None
    base_url: _Text | None = None
    tags: list[_Text] = []


def read_accounts_file(path: str | PathLike[str]) -> dict[str, Account]:
    """
    Read accounts from a TOML file and return them by name, in the file's order.

        [accounts.acme]
        token_env = "ACME_TOKEN"
        tags = ["prod"]

        [accounts.globex]
        token_command = ["op", "read", "op://work/globex/token"]

    Each account has one of `token_env`, `token_file` (relative to this file, `~` is
    the home directory), `token_command` and `token`, and may have `base_url` and
    `tags`. `token_ttl` is for files and commands, `token_timeout` for commands, and
    `token_shared = true` for a token file that others can access.

    The file is read at once, so call this at start-up; tokens that are elsewhere are
    read when they are needed. A file with a `token` of its own must not be accessible
    to others than its owner.

    Raises:
        ConfigurationError: The file cannot be read, or a value is missing, unknown or
            invalid. The message has the file, the account and the key, but no values.
    """
    return load_file(Path(path), _parse)


def _parse(file: PrivateFile) -> dict[str, Account]:
    tables = _convert(_load_toml(file.text.reveal()), _File).accounts
    return {name: _read_account(name, tables[name], file) for name in tables}


def _load_toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The rest of the message may quote the file.
        position = _POSITION.search(str(error))
        msg = f"invalid TOML {position[1] if position else ''}".rstrip()
    except RecursionError:
        msg = "invalid TOML, nested too deeply"
    raise ConfigurationError(msg)


def _convert(value: object, shape: type[T]) -> T:
    """Return a value as an object of a class; the error has no values."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        # TOML has no null; here it stands for keys that are left out.
        problem = TOKEN_PATTERN.sub("***", str(error)).replace(" | null", "")
    raise ConfigurationError(problem)


def _read_account(name: str, value: object, file: PrivateFile) -> Account:
    try:
        table = _convert(value, _Table)
        _check_keys(table)
        if table.token is not None:
            file.check()
        token = _create_token(table, file.path.parent)
        return Account(token, base_url=table.base_url, tags=table.tags)
    except ConfigurationError as error:
        msg = f"account {printable(name)!r}: {error.message}"
        raise ConfigurationError(msg) from None


def _check_keys(table: _Table) -> None:
    """Raise unless there is one source of the token, and its options suit it."""
    given = [key for key in _SOURCES if getattr(table, key) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        msg = f"exactly one of {', '.join(_SOURCES)} is needed, found {found}"
        raise ConfigurationError(msg)
    unsuited = _options(table).keys() - _SOURCES[given[0]]
    if unsuited:
        msg = f"{' and '.join(sorted(unsuited))} cannot be used with {given[0]}"
        raise ConfigurationError(msg)


def _options(table: _Table) -> dict[str, Any]:
    keys = "token_ttl", "token_timeout", "token_shared"
    options = {key: getattr(table, key) for key in keys}
    return {key: value for key, value in options.items() if value is not None}


def _create_token(table: _Table, folder: Path) -> Token:
    options = {key.removeprefix("token_"): it for key, it in _options(table).items()}
    if table.token_env is not None:
        return EnvironmentToken(table.token_env)
    if table.token_file is not None:
        # Unlike the method of paths, it does not raise for an unknown user.
        path = os.path.expanduser(table.token_file)  # noqa: PTH111
        return FileToken(folder / path, **options)
    if table.token_command is not None:
        return CommandToken(table.token_command, **options)
    return table.token or ""
