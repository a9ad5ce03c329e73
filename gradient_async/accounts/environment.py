"""Accounts from environment variables."""

from __future__ import annotations

import os
import re
from typing import Final

from gradient_async.accounts.account import Account
from gradient_async.accounts.token_sources import EnvironmentToken
from gradient_async.errors import ConfigurationError

_VARIABLE: Final = "DIGITALOCEAN_ACCESS_TOKEN"
_PATTERN: Final = re.compile(rf"{_VARIABLE}(?:_(\w+))?", re.ASCII)


def read_environment() -> dict[str, Account]:
    """
    Return the accounts of the environment, by name, in alphabetical order.

        DIGITALOCEAN_ACCESS_TOKEN            default
        DIGITALOCEAN_ACCESS_TOKEN_PROD       prod
        DIGITALOCEAN_ACCESS_TOKEN_ACME_EU    acme-eu

    An empty variable counts as not set. Only names are read here; each account's
    `EnvironmentToken` reads the value when it is needed.

    Raises:
        ConfigurationError: No such variable is set, or two name the same account.
    """
    accounts: dict[str, Account] = {}
    for variable in sorted(filter(_is_set, os.environ)):
        name = _to_name(variable)
        if name in accounts:
            msg = f"{variable} and another variable both name the account {name!r}"
            raise ConfigurationError(msg)
        accounts[name] = Account(EnvironmentToken(variable))
    if not accounts:
        msg = f"no accounts: set {_VARIABLE}, or {_VARIABLE}_PROD for an account 'prod'"
        raise ConfigurationError(msg)
    return dict(sorted(accounts.items()))


def _is_set(variable: str) -> bool:
    """Return whether a variable holds the token of an account."""
    return bool(_PATTERN.fullmatch(variable) and os.environ[variable].strip())


def _to_name(variable: str) -> str:
    suffix = variable.removeprefix(_VARIABLE).removeprefix("_")
    return suffix.lower().replace("_", "-") or "default"
