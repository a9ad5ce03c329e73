"""Accounts from environment variables."""

from __future__ import annotations

import pytest

from gradient_async.accounts import Account, EnvironmentToken, read_environment
from gradient_async.errors import ConfigurationError, TokenError

TOKEN = "hunter2"
VARIABLE = "DIGITALOCEAN_ACCESS_TOKEN"


def set_variables(monkeypatch: pytest.MonkeyPatch, *suffixes: str) -> None:
    """Set a variable for each suffix."""
    for suffix in suffixes:
        monkeypatch.setenv(f"{VARIABLE}{suffix}", TOKEN)


@pytest.mark.parametrize(
    ("expected", "suffix"),
    [
        ("default", ""),
        ("prod", "_PROD"),
        ("prod", "_prod"),
        ("acme-eu", "_ACME_EU"),
        ("2", "_2"),
        ("a--b", "_A__B"),
    ],
)
def test_names(expected: str, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account's name is the rest of the variable's: lower case, with hyphens."""
    set_variables(monkeypatch, suffix)

    account = Account(EnvironmentToken(f"{VARIABLE}{suffix}"))
    assert {expected: account} == read_environment()


def test_accounts_are_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The accounts are in the order of their names."""
    set_variables(monkeypatch, "_ZOO", "", "_ACME")

    assert ["acme", "default", "zoo"] == list(read_environment())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (f"{VARIABLE}_EMPTY", ""),
        (f"{VARIABLE}_BLANK", " \t"),
        (f"{VARIABLE}_", TOKEN),
        (f"{VARIABLE}S", TOKEN),
        (f"{VARIABLE}-A", TOKEN),
        (f"MY_{VARIABLE}", TOKEN),
        ("DIGITALOCEAN_TOKEN", TOKEN),
        ("DIGITALOCEAN_TOKEN_PROD", TOKEN),
    ],
)
def test_variables_without_an_account(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty variables, and those of other names, are ignored."""
    set_variables(monkeypatch, "_ACME")
    monkeypatch.setenv(name, value)

    assert ["acme"] == list(read_environment())


def test_no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any account, the error has the names of variables to set."""
    monkeypatch.setenv(f"{VARIABLE}_PROD", "")

    with pytest.raises(ConfigurationError, match=f"set {VARIABLE}, or {VARIABLE}_PROD"):
        read_environment()


@pytest.mark.parametrize("suffixes", [("_PROD", "_prod"), ("", "_DEFAULT")])
def test_one_name_for_two(
    suffixes: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two variables for one account are an error that names it, not its tokens."""
    set_variables(monkeypatch, *suffixes)

    with pytest.raises(ConfigurationError, match="both name the account") as caught:
        read_environment()
    assert TOKEN not in str(caught.value)


async def test_values_are_read_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value is the one of the moment, and may disappear."""
    set_variables(monkeypatch, "_ACME")
    source = read_environment()["acme"].token
    assert isinstance(source, EnvironmentToken)
    monkeypatch.setenv(f"{VARIABLE}_ACME", "rotated\n")

    assert "rotated" == await source()
    monkeypatch.delenv(f"{VARIABLE}_ACME")
    with pytest.raises(TokenError, match=f"{VARIABLE}_ACME is not set"):
        await source()
