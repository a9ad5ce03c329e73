"""Accounts from a TOML file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from gradient_async.accounts import (
    Account,
    CommandToken,
    EnvironmentToken,
    FileToken,
    read_accounts_file,
)
from gradient_async.errors import ConfigurationError
from tests.support.secrets import texts_of_error

TOKEN: Final = "hunter2"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a file that only its owner will be able to access."""
    path = tmp_path / "accounts.toml"
    path.touch(mode=0o600)
    return path


def test_an_accounts_file(file: Path) -> None:
    """Each table is an account, in the order of the file."""
    file.write_text(
        f"""
        [accounts.globex]
        token_command = ["op", "read", "op://work/globex/token"]
        token_ttl = 600
        token_timeout = 2.5

        [accounts.acme]
        token_env = "ACME_TOKEN"
        base_url = "https://api.example/"
        tags = ["prod", "eu"]

        [accounts."initech gmbh"]
        token_file = "secrets/initech"
        token_ttl = 5
        token_shared = true

        [accounts.own]
        token = "{TOKEN}"
        """
    )
    command = CommandToken(
        ["op", "read", "op://work/globex/token"], ttl=600, timeout=2.5
    )
    initech = FileToken(file.parent / "secrets" / "initech", ttl=5, shared=True)
    expected = {
        "globex": Account(command),
        "acme": Account(
            EnvironmentToken("ACME_TOKEN"),
            base_url="https://api.example",
            tags=["prod", "eu"],
        ),
        "initech gmbh": Account(initech),
        "own": Account(TOKEN),
    }

    accounts = read_accounts_file(file)
    assert expected == accounts
    assert list(expected) == list(accounts)
    assert accounts == read_accounts_file(os.fspath(file))


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        ("{folder}/secret", "secret"),
        ("{folder}/../secret", "../secret"),
        ("/run/secret", "/run/secret"),
        ("{home}/secret", "~/secret"),
        ("{folder}/~nobody-of-this-name/secret", "~nobody-of-this-name/secret"),
    ],
)
def test_paths_of_tokens(
    expected: str, path: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path is relative to the file, or to the home directory."""
    monkeypatch.setenv("HOME", "/home/acme")
    file.write_text(f"[accounts.acme]\ntoken_file = '{path}'")

    where = Path(expected.format(folder=file.parent, home="/home/acme"))
    assert Account(FileToken(where)) == read_accounts_file(file)["acme"]


@pytest.mark.parametrize("source", ["token_env = 'A'", "token_file = 'a'"])
def test_a_file_without_tokens_may_be_public(source: str, file: Path) -> None:
    """A file that only says where tokens are may be readable by all."""
    file.write_text(f"[accounts.acme]\n{source}")
    file.chmod(0o644)

    assert ["acme"] == list(read_accounts_file(file))


ACME: Final = "[accounts.acme]\n"
ENV: Final = f"{ACME}token_env = 'A'\n"
SOURCES: Final = "exactly one of token_env, token_file, token_command, token is needed"
BAD_TABLES: Final = {
    f"{SOURCES}, found none": ACME,
    f"{SOURCES}, found token_env and token": f"{ENV}token = '{TOKEN}'",
    f"{SOURCES}, found token_env and token_file": f"{ENV}token_file = '{TOKEN}'",
    "unknown field `tokn`": f"{ACME}tokn = '{TOKEN}'",
    "unknown field `token_tll`": f"{ENV}token_tll = 5",
    "Expected `object`, got `str`": f"[accounts]\nacme = '{TOKEN}'",
    "got `int` - at `$.token`": f"{ACME}token = 5",
    "got `array` - at `$.token_env`": f"{ACME}token_env = ['{TOKEN}']",
    "length >= 1 - at `$.token_env`": f"{ACME}token_env = ''",
    "length >= 1 - at `$.token_file`": f"{ACME}token_file = ''",
    "length >= 1 - at `$.token`": f"{ACME}token = ''",
    "`array`, got `str` - at `$.token_command`": f"{ACME}token_command = '{TOKEN}'",
    "length >= 1 - at `$.token_command`": f"{ACME}token_command = []",
    "got `int` - at `$.token_command[1]`": f"{ACME}token_command = ['{TOKEN}', 5]",
    "command must not be empty": f"{ACME}token_command = ['', '{TOKEN}']",
    "`array`, got `str` - at `$.tags`": f"{ENV}tags = '{TOKEN}'",
    "length >= 1 - at `$.tags[1]`": f"{ENV}tags = ['{TOKEN}', '']",
    "got `int` - at `$.base_url`": f"{ENV}base_url = 5",
    "the base URL must start with https": f"{ENV}base_url = 'http://api.example'",
    "the base URL must not contain a user": (
        f"{ENV}base_url = 'https://a:{TOKEN}@api.example'"
    ),
    "got `str` - at `$.token_ttl`": f"{ACME}token_file = 'a'\ntoken_ttl = '5'",
    "`float` > 0.0 - at `$.token_ttl`": f"{ACME}token_file = 'a'\ntoken_ttl = 0",
    "`float` <= 1.797": f"{ACME}token_file = 'a'\ntoken_ttl = inf",
    "`float` > 0.0 - at `$.token_timeout`": (
        f"{ACME}token_command = ['a']\ntoken_timeout = nan"
    ),
    "token_ttl cannot be used with token_env": f"{ENV}token_ttl = 5",
    "token_timeout cannot be used with token_file": (
        f"{ACME}token_file = 'a'\ntoken_timeout = 5"
    ),
    "token_timeout and token_ttl cannot be used with token": (
        f"{ACME}token = '{TOKEN}'\ntoken_ttl = 5\ntoken_timeout = 5"
    ),
    "must not start with 'Bearer'": f"{ACME}token = 'Bearer {TOKEN}'",
    "invalid characters": f"{ACME}token = '{TOKEN} {TOKEN}'",
}


def assert_refused(file: Path, *expected: str) -> None:
    """Assert that the error names the file and shows no secret, in no frame."""
    with pytest.raises(ConfigurationError) as caught:
        read_accounts_file(file)
    for text in (f"{file}: ", *expected):
        assert text in str(caught.value)
    assert [] == [text for text in texts_of_error(caught.value) if TOKEN in text]


@pytest.mark.parametrize(("expected", "content"), BAD_TABLES.items(), ids=BAD_TABLES)
def test_invalid_accounts(expected: str, content: str, file: Path) -> None:
    """An error in a table names the file, the account and the key, but no value."""
    file.write_text(content)

    assert_refused(file, "account 'acme': ", expected)


BAD_FILES: Final = {
    "required field `accounts`": "",
    "length >= 1 - at `$.accounts`": "[accounts]",
    "`object`, got `str` - at `$.accounts`": f"accounts = '{TOKEN}'",
    "`object`, got `array` - at `$.accounts`": f"[[accounts]]\ntoken = '{TOKEN}'",
    "unknown field `account`": f"[account.acme]\ntoken = '{TOKEN}'",
    "unknown field `default`": f"default = '{TOKEN}'\n{ENV}",
    "invalid TOML at line 2, column 17": f"{ACME}token = '{TOKEN}\n'",
    "invalid TOML at line 3, column 18": f"{ACME}token = 5\ntoken = '{TOKEN}'\n",
    "invalid TOML at line 1, column 11": f"{TOKEN} = \n",
    "invalid TOML at end of document": f"a = {{ {TOKEN} = [1",
    "invalid TOML, nested too deeply": f"{TOKEN} = {'[' * 5000}",
}


@pytest.mark.parametrize(("expected", "content"), BAD_FILES.items(), ids=BAD_FILES)
def test_invalid_files(expected: str, content: str, file: Path) -> None:
    """An error in the file has its place, but quotes nothing."""
    file.write_text(content)

    assert_refused(file, expected)


def test_files_that_are_no_text(file: Path) -> None:
    """A file that is not UTF-8 is refused without quoting it."""
    file.write_bytes(f"{ACME}token = '{TOKEN}\xff'".encode("latin-1"))

    assert_refused(file, "not text in UTF-8")


def test_missing_files(file: Path) -> None:
    """A missing file is an error that names it."""
    file.unlink()

    assert_refused(file, "No such file or directory")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_tokens_that_others_can_read(mode: int, file: Path) -> None:
    """A token in a file that others can access is refused, with what to run."""
    file.write_text(f"{ACME}token = '{TOKEN}'")
    file.chmod(mode)

    assert_refused(file, "account 'acme': others can access it", f"chmod 600 {file}")


def test_names_are_printable(file: Path) -> None:
    """A name cannot start a new line in the error."""
    file.write_text('[accounts."a\\nb"]')

    assert_refused(file, "account 'a b': ")
