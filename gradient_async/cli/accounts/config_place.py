"""Where the command keeps its file of accounts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gradient_async.errors import ConfigurationError

_FILE: Final = Path("gradient-async", "accounts.toml")


def find_accounts_file() -> Path | None:
    """Return where the file is, or would be; None without a home directory."""
    try:
        home = Path.home()
    except RuntimeError:
        home = None
    return locate_accounts_file(sys.platform, os.environ, home)


def require_accounts_file() -> Path:
    """
    Return where the file is, or would be.

    Raises:
        ConfigurationError: There is no home directory.
    """
    path = find_accounts_file()
    if path is None:
        variable = "APPDATA" if sys.platform == "win32" else "HOME"
        msg = f"no home directory to keep accounts in: set {variable}"
        raise ConfigurationError(msg)
    return path


def locate_accounts_file(
    platform: str, environ: Mapping[str, str], home: Path | None
) -> Path | None:
    """Return the file's place on a platform; None if it needs the home directory."""
    match platform:
        case "win32":
            chosen, usual = environ.get("APPDATA"), "AppData/Roaming"
        case "darwin":
            chosen, usual = None, "Library/Application Support"
        case _:
            chosen, usual = environ.get("XDG_CONFIG_HOME"), ".config"
    # A relative path would depend on the working directory; XDG has it ignored.
    if chosen and Path(chosen).is_absolute():
        return Path(chosen) / _FILE
    return None if home is None else home / usual / _FILE
