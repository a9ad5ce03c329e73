"""The file of accounts, changed by several processes at a time."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from gradient_async.cli.accounts.store import change_file, read_accounts
from gradient_async.cli.accounts.toml_text import add_account
from gradient_async.errors import ConfigurationError

COUNT = 12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file of accounts is."""
    return tmp_path / "accounts.toml"


def add_at_once(path: Path, names: list[str]) -> list[str]:
    """Add accounts at the same time, and return the errors."""
    # A thread locks the file as a process does: by a descriptor of its own.
    barrier = Barrier(len(names))

    def add(name: str) -> str:
        barrier.wait()
        try:
            change_file(path, lambda text: add_account(text, name, {"token_env": "A"}))
        except ConfigurationError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(len(names)) as threads:
        return [it for it in threads.map(add, names) if it]


def test_no_account_is_lost(path: Path) -> None:
    """Accounts that are added at the same time are all there in the end."""
    names = [f"account-{number}" for number in range(COUNT)]

    assert [] == add_at_once(path, names)
    assert {*names} == {*read_accounts(path)}
    assert [path] == [*path.parent.iterdir()]


def test_a_name_is_added_once(path: Path) -> None:
    """Of several that add the same name, one does, and the others are told so."""
    expected = f"{path}: there is an account 'acme' already: remove it first"

    assert [expected] * (COUNT - 1) == add_at_once(path, ["acme"] * COUNT)
    assert ["acme"] == [*read_accounts(path)]


def test_a_system_without_locks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the file is changed without a lock."""
    monkeypatch.setitem(sys.modules, "fcntl", None)

    assert [] == add_at_once(path, ["acme"])
    assert ["acme"] == [*read_accounts(path)]
