"""What to do when one of several accounts fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias, get_args

from gradient_async.errors import ConfigurationError, GradientError

Reaction: TypeAlias = Literal["finish", "raise", "collect"]
"""
What to do when an account fails.

- `finish`: read the others to their end, then raise `AccountsError`.
- `raise`: raise its error at once.
- `collect`: go on; the error is in the stream's `reports` only.
"""

OnError: TypeAlias = Reaction | Callable[[str, GradientError], Reaction]
"""A reaction, or a function of the account's name and its error that returns one."""

_REACTIONS: Final = get_args(Reaction)


def check_reaction(reaction: Reaction) -> Reaction:
    """
    Return the reaction.

    Raises:
        ConfigurationError: It is none.
    """
    if reaction not in _REACTIONS:
        msg = f"on_error must be one of {', '.join(_REACTIONS)}, got {reaction!r}"
        raise ConfigurationError(msg)
    return reaction
