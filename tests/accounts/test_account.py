"""Account: valid once constructed, compared by value, its token never shown."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from gradient_async.accounts import Account, EnvironmentToken
from gradient_async.errors import ConfigurationError
from tests.support.secrets import texts_of_error

TOKEN = "hunter2"


def test_what_an_account_has() -> None:
    """An account has its token, its base URL without a final slash, and its tags."""
    account = Account(f"{TOKEN}\n", base_url="https://api.example/", tags=["a", "b"])

    assert TOKEN == account.token
    assert "https://api.example" == account.base_url
    assert frozenset({"a", "b"}) == account.tags


def test_functions_are_kept() -> None:
    """A token function is neither called nor replaced."""
    source = EnvironmentToken("ACME")

    assert source is Account(source).token


@pytest.mark.parametrize("tags", [("a", "b"), {"a", "b"}, iter("ab"), ["b", "a", "b"]])
def test_tags_come_from_any_iterable(tags: Any) -> None:
    """Tags are a set, whatever they are given as."""
    assert frozenset("ab") == Account(TOKEN, tags=tags).tags


def test_accounts_are_compared_by_value() -> None:
    """Accounts with the same token, base URL and tags are equal; others are not."""
    account = Account(TOKEN, tags=["a"])

    assert Account(f" {TOKEN}", tags=["a"]) == account
    assert hash(Account(TOKEN, tags={"a"})) == hash(account)
    assert Account("other", tags=["a"]) != account
    assert Account(TOKEN) != account
    assert Account(EnvironmentToken("A")) == Account(EnvironmentToken("A"))


def test_accounts_are_frozen() -> None:
    """An account cannot be changed, but `evolve` makes another one."""
    account = Account(TOKEN, tags=["a"])

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        account.base_url = "https://api.example"  # type: ignore[misc]  # the claim
    assert Account(TOKEN, tags=["b"]) == attrs.evolve(account, tags=["b"])


def test_the_repr_omits_the_token() -> None:
    """The repr has everything but the token."""
    account = Account(TOKEN, base_url="https://api.example", tags=["b", "a"])

    assert "Account(base_url='https://api.example', tags=['a', 'b'])" == repr(account)


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.deepcopy])
def test_strings_do_not_leave_the_process(
    duplicate: Callable[[object], object],
) -> None:
    """An account that holds a token cannot be pickled or copied."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(Account(TOKEN))


def test_sources_may_leave_the_process() -> None:
    """An account with a token source can be pickled."""
    account = Account(EnvironmentToken("ACME"), tags=["a"])

    assert account == pickle.loads(pickle.dumps(account))


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        ("no API token", {"token": ""}),
        ("no API token", {"token": " \n"}),
        ("must not start with 'Bearer'", {"token": f"Bearer {TOKEN}"}),
        ("invalid characters", {"token": f"{TOKEN}\n{TOKEN}"}),
        ("no API token", {"token": None}),
        ("no API token", {"token": TOKEN.encode()}),
        ("base_url must be a string, got int", {"base_url": 5}),
        ("the base URL must look like", {"base_url": ""}),
        ("the base URL must start with https", {"base_url": "http://api.example"}),
        ("tags must be a list of strings, got str", {"tags": "prod"}),
        ("tags must be a list of strings, got int", {"tags": 5}),
        ("tags must be a list of strings, got dict", {"tags": {"prod": 1}}),
        ("a tag must be a string, got int", {"tags": ["prod", 5]}),
        ("a tag must not be empty", {"tags": [""]}),
    ],
)
def test_invalid_arguments(expected: str, arguments: Any) -> None:
    """An invalid argument is an error that names it and does not show the token."""
    with pytest.raises(ConfigurationError, match=expected) as caught:
        Account(**{"token": TOKEN, **arguments})

    assert TOKEN not in "\n".join(texts_of_error(caught.value))


def test_base_urls_with_a_password() -> None:
    """A base URL with a password is refused without repeating it."""
    with pytest.raises(ConfigurationError, match="must not contain a user") as caught:
        Account("token", base_url=f"https://user:{TOKEN}@api.example")

    assert TOKEN not in str(caught.value)
