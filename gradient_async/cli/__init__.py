"""The command `gradient-async`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

__all__ = ["main"]

_EXTRA: Final = frozenset({"cyclopts", "rich"})
_USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """
    Run the command and leave with its exit code.

    Args:
        arguments: What stands after the command's name; None means the process's.
    """
    try:
        # Not at the top: the package works without what only the command needs.
        from gradient_async.cli.application import run  # noqa: PLC0415  (may fail)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        text = "error: the command needs more: pip install 'gradient-async[cli]'\n"
        sys.stderr.write(text)
        sys.exit(_USAGE)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))
