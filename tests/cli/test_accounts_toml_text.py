"""Accounts in the text of a TOML file."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.cli.accounts.toml_text import add_account, remove_account
from gradient_async.errors import ConfigurationError
from gradient_async.transport.credentials import Secret

SAMPLE = """\
# Mine.
[accounts.acme]
token_env = "ACME"
# Of the work.
tags = [
  "a",
]

# The other one.
[accounts . "the two"]  # in quotes
token_command = ["op"]
"""


def test_adds_at_the_end() -> None:
    """A table is added after what there is, which stays as it is."""
    added = add_account(SAMPLE, "new", {"token": Secret("x"), "token_ttl": 60.0})

    assert f'{SAMPLE}\n[accounts.new]\ntoken = "x"\ntoken_ttl = 60.0\n' == added


@pytest.mark.parametrize("text", ["", "\n", "  \n\n"])
def test_adds_the_first(text: str) -> None:
    """The first table begins the file."""
    expected = '[accounts.acme]\ntoken_env = "ACME"\n'

    assert expected == add_account(text, "acme", {"token_env": "ACME"})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "acme",
            "# Mine.\n" + SAMPLE[SAMPLE.index("# The other one.") :],
        ),
        ("the two", SAMPLE.partition("[accounts . ")[0]),
    ],
)
def test_removes_one(name: str, expected: str) -> None:
    """Only the table of the account goes; the comment above the next one stays."""
    assert expected == remove_account(SAMPLE, name)


@pytest.mark.parametrize(
    "text",
    [
        'accounts = {acme = {token_env = "ACME"}}\n',
        'accounts.acme.token_env = "ACME"\n',
        '[accounts]\nacme = {token_env = "ACME"}\n',
        '[accounts.acme]\ntoken_command = [\n"a",\n["b"]\n]\n',
    ],
)
def test_refuses_what_it_cannot_remove(text: str) -> None:
    """Accounts that are no tables of their own are left alone."""
    with pytest.raises(ConfigurationError, match="edit it by hand"):
        remove_account(text, "acme")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("edit it by hand", "accounts = {}\n"),
        ("'new' already", '[accounts.new]\ntoken_env = "X"\n'),
    ],
)
def test_refuses_what_it_cannot_add_to(expected: str, text: str) -> None:
    """A table that cannot stand in the text is not added."""
    with pytest.raises(ConfigurationError, match=expected):
        add_account(text, "new", {"token_env": "X"})


texts = st.text(st.characters(exclude_categories=["Cs"]))
tables = st.dictionaries(
    st.sampled_from(["token_env", "token_command"]),
    texts | st.lists(texts) | texts.map(Secret),
)


@given(st.dictionaries(texts, tables, min_size=1), st.data())
def test_any_name_and_value(
    accounts: dict[str, dict[str, str | list[str] | Secret]], data: st.DataObject
) -> None:
    """What is added can be read, and removed again, whatever it contains."""
    text = ""
    for name, table in accounts.items():
        text = add_account(text, name, {**table})
    plain = {
        name: {
            key: it.reveal() if isinstance(it, Secret) else it
            for key, it in table.items()
        }
        for name, table in accounts.items()
    }
    assert {"accounts": plain} == tomllib.loads(text)

    gone = data.draw(st.sampled_from(sorted(accounts)))
    del plain[gone]
    assert plain == tomllib.loads(remove_account(text, gone)).get("accounts", {})
