"""The command `gradient-async`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

__all__ = ["main"]

_EXTRA: Final = frozenset({"cyclopts", "rich"})
_USAGE: Final = 2
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """
    Run the command and exit with its exit code.

    Args:
        arguments: Arguments after the command's name; None means those of the process.
    """
    try:
        sys.exit(_run(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        # It came while the command was still loading, or as it ended.
        sys.exit(_INTERRUPTED)


def _run(arguments: Sequence[str]) -> int:
    try:
        # Imported here because the packages of the extra may be missing.
        from gradient_async.cli.application import run  # noqa: PLC0415  (may fail)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        text = "error: missing dependencies: pip install 'gradient-async[cli]'\n"
        sys.stderr.write(text)
        return _USAGE
    return run(arguments)
