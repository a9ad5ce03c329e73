"""
Add accounts to the text of a TOML file, and remove them; pure.

The rest of the text, with its comments, stays as it is. Each change is checked by
parsing the result: what cannot be changed so is refused.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Final, TypeAlias

from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable
from gradient_async.transport.credentials import Secret

Value: TypeAlias = str | float | list[str] | Secret
"""A value of an account's table."""

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


def add_account(text: str, name: str, table: Mapping[str, Value]) -> str:
    """
    Return the text with the table of an account at its end.

    Raises:
        ConfigurationError: There is such an account already; or the text is such that
            no table can be added.
    """
    before = _read_accounts(text)
    if name in before:
        msg = f"there is an account {printable(name)!r} already: remove it first"
        raise ConfigurationError(msg)
    plain = {key: _reveal(value) for key, value in table.items()}
    lines = [f"[accounts.{_to_key(name)}]"]
    lines += [f"{key} = {_to_toml(value)}" for key, value in plain.items()]
    start = f"{text.rstrip()}\n\n" if text.strip() else ""
    result = start + "\n".join(lines) + "\n"
    _check(result, {**before, name: plain})
    return result


def remove_account(text: str, name: str) -> str:
    """
    Return the text without the table of an account, which it must have.

    Raises:
        ConfigurationError: The table is written in a way that cannot be removed.
    """
    expected = {it: table for it, table in _read_accounts(text).items() if it != name}
    # Not by `splitlines`, for which more characters end a line than for TOML.
    lines = re.split(r"(?<=\n)", text)
    start = next((at for at, it in enumerate(lines) if _names(it, name)), len(lines))
    end = start + 1
    while end < len(lines) and not lines[end].lstrip().startswith("["):
        end += 1
    # A comment right above the next table belongs to that.
    while end > start and end < len(lines) and lines[end - 1].startswith("#"):
        end -= 1
    result = "".join(lines[:start] + lines[end:])
    _check(result, expected)
    return result


def _read_accounts(text: str) -> dict[str, object]:
    accounts = tomllib.loads(text).get("accounts", {})
    assert isinstance(accounts, dict)
    return accounts


def _names(line: str, name: str) -> bool:
    """Return whether a line is the heading of an account's table."""
    try:
        return tomllib.loads(line) == {"accounts": {name: {}}}
    except tomllib.TOMLDecodeError:
        return False


def _check(text: str, expected: Mapping[str, object]) -> None:
    try:
        is_right = _read_accounts(text) == expected
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        msg = "its accounts are not written as tables [accounts.NAME]: edit it by hand"
        raise ConfigurationError(msg)


def _reveal(value: Value) -> str | float | list[str]:
    return value.reveal() if isinstance(value, Secret) else value


def _to_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _to_toml(name)


def _to_toml(value: str | float | list[str]) -> str:
    """Return a value as TOML, whose strings and arrays are nearly those of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
