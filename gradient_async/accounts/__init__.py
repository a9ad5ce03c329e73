"""
Many accounts as one stream, and where their tokens come from.

A token source is an async function for `token=`, of a client or of an account:

    EnvironmentToken("ACME_TOKEN")
    FileToken("/run/secrets/acme")
    CommandToken(["op", "read", "op://work/acme/token"])
"""

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

if TYPE_CHECKING:
    from gradient_async.accounts.account import Account
    from gradient_async.accounts.account_changes import AccountChanges
    from gradient_async.accounts.accounts import Accounts
    from gradient_async.accounts.accounts_file import read_accounts_file
    from gradient_async.accounts.checkpoints import Checkpoints
    from gradient_async.accounts.doctl import read_doctl_config
    from gradient_async.accounts.environment import read_environment
    from gradient_async.accounts.errors import AccountsError, UnknownAccountError
    from gradient_async.accounts.list_stream import AccountStream
    from gradient_async.accounts.merge import Order
    from gradient_async.accounts.merged_stream import AccountItem
    from gradient_async.accounts.options import AccountsOptions
    from gradient_async.accounts.positions import AccountPosition, StreamPosition
    from gradient_async.accounts.reactions import OnError, Reaction
    from gradient_async.accounts.reports import AccountReport, Health, ReportState
    from gradient_async.accounts.results import AccountResults
    from gradient_async.accounts.token_sources import (
        CommandToken,
        EnvironmentToken,
        FileToken,
    )

__all__ = [
    "Account",
    "AccountChanges",
    "AccountItem",
    "AccountPosition",
    "AccountReport",
    "AccountResults",
    "AccountStream",
    "Accounts",
    "AccountsError",
    "AccountsOptions",
    "Checkpoints",
    "CommandToken",
    "EnvironmentToken",
    "FileToken",
    "Health",
    "OnError",
    "Order",
    "Reaction",
    "ReportState",
    "StreamPosition",
    "UnknownAccountError",
    "read_accounts_file",
    "read_doctl_config",
    "read_environment",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.accounts.account": "Account",
            "gradient_async.accounts.account_changes": "AccountChanges",
            "gradient_async.accounts.accounts": "Accounts",
            "gradient_async.accounts.checkpoints": "Checkpoints",
            "gradient_async.accounts.accounts_file": "read_accounts_file",
            "gradient_async.accounts.doctl": "read_doctl_config",
            "gradient_async.accounts.environment": "read_environment",
            "gradient_async.accounts.errors": "AccountsError UnknownAccountError",
            "gradient_async.accounts.list_stream": "AccountStream",
            "gradient_async.accounts.merged_stream": "AccountItem",
            "gradient_async.accounts.options": "AccountsOptions",
            "gradient_async.accounts.merge": "Order",
            "gradient_async.accounts.positions": "AccountPosition StreamPosition",
            "gradient_async.accounts.reactions": "OnError Reaction",
            "gradient_async.accounts.reports": "AccountReport Health ReportState",
            "gradient_async.accounts.results": "AccountResults",
            "gradient_async.accounts.token_sources": (
                "CommandToken EnvironmentToken FileToken"
            ),
        },
    )
