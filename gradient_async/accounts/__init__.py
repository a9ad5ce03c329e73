"""
Accounts: a token each, and where tokens come from.

A token source is an async function for `token=`, of a client or of an account:

    EnvironmentToken("ACME_TOKEN")
    FileToken("/run/secrets/acme")
    CommandToken(["op", "read", "op://work/acme/token"])
"""

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

if TYPE_CHECKING:
    from gradient_async.accounts.account import Account
    from gradient_async.accounts.accounts_file import read_accounts_file
    from gradient_async.accounts.doctl import read_doctl_config
    from gradient_async.accounts.environment import read_environment
    from gradient_async.accounts.token_sources import (
        CommandToken,
        EnvironmentToken,
        FileToken,
    )

__all__ = [
    "Account",
    "CommandToken",
    "EnvironmentToken",
    "FileToken",
    "read_accounts_file",
    "read_doctl_config",
    "read_environment",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.accounts.account": "Account",
            "gradient_async.accounts.accounts_file": "read_accounts_file",
            "gradient_async.accounts.doctl": "read_doctl_config",
            "gradient_async.accounts.environment": "read_environment",
            "gradient_async.accounts.token_sources": (
                "CommandToken EnvironmentToken FileToken"
            ),
        },
    )
