"""The command `gradient-async completion`."""

from __future__ import annotations

import sys
from typing import Final, Literal, TypeAlias

from gradient_async.cli.command_tree import app

Shell: TypeAlias = Literal["bash", "zsh", "fish"]
"""A shell with a script of its own."""

# Loaded by `compinit`, the file is the body of a function, which has to complete the
# first word that needs it; sourced, it has to register itself.
_ZSH: Final = """
if [[ $funcstack[1] == _gradient-async ]]; then
  _cyclopts_gradient-async "$@"
else
  compdef _cyclopts_gradient-async gradient-async
fi
"""

# fish would offer the files of the folder among commands and ids.
_FISH: Final = """
complete -c gradient-async -n 'not __fish_seen_subcommand_from upload' -f
"""

_ADDITIONS: Final[dict[Shell, str]] = {"bash": "", "zsh": _ZSH, "fish": _FISH}


def completion(shell: Shell, /) -> None:
    """
    Print a script that completes commands, options and their values in a shell.

    Args:
        shell: The shell.
    """
    sys.stdout.write(app.generate_completion(shell=shell) + _ADDITIONS[shell])
