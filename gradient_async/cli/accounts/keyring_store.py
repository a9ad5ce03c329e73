"""
Tokens in the system's keyring, by the package `keyring`, an extra.

Accounts read them by a command, like those of any other password manager.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Final

from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable
from gradient_async.transport.credentials import Secret

_SERVICE: Final = "gradient-async"
_READ: Final = ("-m", "keyring", "get", _SERVICE)


def keyring_command(name: str) -> list[str]:
    """Return the command that prints the token of an account."""
    return [sys.executable, *_READ, name]


def is_keyring_command(command: Sequence[str]) -> bool:
    """Return whether a command is one that `keyring_command` has returned."""
    return tuple(command[1:-1]) == _READ


def store_token(name: str, token: Secret) -> None:
    """
    Store the token of an account.

    Raises:
        ConfigurationError: The package is missing, or there is no keyring.
    """
    keyring = _import_keyring()
    try:
        keyring.set_password(_SERVICE, name, token.reveal())
    except keyring.errors.KeyringError as error:
        problem = f"{type(error).__name__}: {printable(str(error))}"
    else:
        return
    msg = f"the system keyring cannot be used: {problem}"
    raise ConfigurationError(msg)


def delete_token(name: str) -> bool:
    """Delete the token of an account; return whether that was possible."""
    try:
        keyring = _import_keyring()
    except ConfigurationError:
        return False
    try:
        keyring.delete_password(_SERVICE, name)
    except keyring.errors.KeyringError:
        return False
    return True


def _import_keyring() -> ModuleType:
    try:
        return import_module("keyring")
    except ModuleNotFoundError:
        msg = (
            "the system keyring needs a package: pip install 'gradient-async[keyring]'"
        )
        raise ConfigurationError(msg) from None
