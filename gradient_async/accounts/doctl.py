"""Accounts from the configuration of doctl, DigitalOcean's command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Final

from gradient_async.accounts.account import Account
from gradient_async.accounts.private_file import PrivateFile, load_file
from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable

# The name of doctl's account without a context.
_DEFAULT: Final = "default"


def read_doctl_config(path: str | PathLike[str] | None = None) -> dict[str, Account]:
    """
    Read the accounts that doctl is logged in to, and return them by name.

    `access-token` is the account `default`, and each of the `auth-contexts` is an
    account of its name. Contexts without a token are left out, and which of them is
    the current one does not matter. Needs PyYAML: `pip install 'gradient-async[yaml]'`.

    The file, and the tokens in it, are read at once, so call this at start-up. It must
    not be accessible to others than its owner.

    Args:
        path: Path of the file; None means where doctl keeps its `config.yaml` on this
            platform, installed as a snap or otherwise.

    Raises:
        ConfigurationError: The file cannot be read or parsed, has no tokens, or others
            can access it; or PyYAML is missing.
    """
    return load_file(_find_file() if path is None else Path(path), _parse)


def _find_file() -> Path:
    try:
        home = Path.home()
    except RuntimeError:
        msg = "no home directory in which doctl keeps its configuration: set HOME"
    else:
        paths = list_paths(sys.platform, os.environ, home)
        return next((it for it in paths if it.exists()), paths[0])
    raise ConfigurationError(msg)


def list_paths(
    platform: str, environ: Mapping[str, str], home: Path
) -> tuple[Path, ...]:
    """Return where doctl's configuration may be, likeliest first."""
    file = Path("doctl", "config.yaml")
    if platform == "win32":
        return (Path(environ.get("APPDATA") or home / "AppData/Roaming") / file,)
    if platform == "darwin":
        return (home / "Library/Application Support" / file,)
    usual = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return usual / file, home / "snap/doctl/current/.config" / file


def _parse(file: PrivateFile) -> dict[str, Account]:
    file.check()
    config = _to_mapping(_load_yaml(file.text.reveal()), "the file")
    contexts = _to_mapping(config.get("auth-contexts") or {}, "auth-contexts")
    # Like doctl, which never reads a context of this name.
    tokens = {**contexts, _DEFAULT: config.get("access-token")}
    names = [name for name, token in tokens.items() if token]
    if not names:
        msg = "it has no tokens; run doctl auth init"
        raise ConfigurationError(msg)
    return {name: _to_account(name, tokens[name]) for name in names}


def _load_yaml(text: str) -> object:
    try:
        import yaml  # noqa: PLC0415  (may be missing)
    except ImportError:
        msg = "PyYAML is needed to read it: pip install 'gradient-async[yaml]'"
        raise ConfigurationError(msg) from None
    try:
        # The loader that keeps every scalar as the text it is; it creates no objects.
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        # Its message quotes the file.
        mark = error.problem_mark
        msg = f"invalid YAML at line {mark.line + 1}" if mark else "invalid YAML"
    except (yaml.YAMLError, RecursionError):
        msg = "invalid YAML"
    raise ConfigurationError(msg)


def _to_mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        msg = f"{name} must be a mapping"
        raise ConfigurationError(msg)
    return value


def _to_account(name: str, token: object) -> Account:
    try:
        check_instance("its token", token, str)
        return Account(str(token))
    except ConfigurationError as error:
        msg = f"context {printable(name)!r}: {error.message}"
        raise ConfigurationError(msg) from None
