"""Where the token and the base URL come from, and which are invalid."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.errors import ConfigurationError
from gradient_async.settings import (
    BASE_URL,
    BASE_URL_VARIABLE,
    TOKEN_VARIABLES,
    find_base_url,
    find_credentials,
)

FIRST, SECOND = TOKEN_VARIABLES


@pytest.mark.parametrize(
    ("expected", "given", "variables"),
    [
        ("arg", "arg", {FIRST: "one", SECOND: "two"}),
        ("one", None, {FIRST: "one", SECOND: "two"}),
        ("one", None, {FIRST: "one"}),
        ("two", None, {SECOND: "two"}),
        ("two", None, {FIRST: "", SECOND: "two"}),
        ("two", None, {FIRST: " \n", SECOND: "two"}),
        ("one", None, {FIRST: "one\n"}),
    ],
)
async def test_order_of_token_sources(
    monkeypatch: pytest.MonkeyPatch,
    expected: str,
    given: str | None,
    variables: dict[str, str],
) -> None:
    """The argument comes first, then the first variable that is not blank."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    secret = await find_credentials(given).current()

    assert expected == secret.reveal()


@pytest.mark.parametrize("given", [None, ""])
def test_no_token_at_all(given: str | None) -> None:
    """Without any token the error says which variable to set."""
    credentials = find_credentials(given)

    with pytest.raises(ConfigurationError, match=FIRST):
        credentials.check()


def test_an_empty_argument_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty token argument is not replaced by the environment's."""
    monkeypatch.setenv(FIRST, "one")
    credentials = find_credentials("")

    with pytest.raises(ConfigurationError, match="no API token"):
        credentials.check()


@pytest.mark.parametrize(
    ("expected", "given", "variable"),
    [
        ("https://arg.example", "https://arg.example", "https://env.example"),
        ("https://env.example", None, "https://env.example"),
        ("https://env.example", None, " https://env.example/\n"),
        (BASE_URL, None, ""),
        (BASE_URL, None, "  "),
        (BASE_URL, None, None),
    ],
)
def test_order_of_base_url_sources(
    monkeypatch: pytest.MonkeyPatch,
    expected: str,
    given: str | None,
    variable: str | None,
) -> None:
    """The argument comes first, then the variable, then the production server."""
    if variable is not None:
        monkeypatch.setenv(BASE_URL_VARIABLE, variable)

    assert expected == find_base_url(given)


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("https://a.example", "https://a.example/"),
        ("https://a.example/proxy", "https://a.example/proxy//"),
        ("https://a.example:8443", "https://a.example:8443"),
        ("https://192.0.2.1", "https://192.0.2.1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:8080", "http://localhost:8080/"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_good_base_urls(expected: str, given: str) -> None:
    """A base URL is https, or http to this machine; trailing slashes are removed."""
    assert expected == find_base_url(given)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("https://api.digitalocean.com", "https://api.digitalocean.com/v2"),
        ("https://a.example/proxy", "https://a.example/proxy/V2//"),
        ("http://localhost:80", "http://localhost:80/v2/"),
        ("https://api.digitalocean.com", "https://api.digitalocean.com/v2/gen-ai/"),
    ],
)
def test_base_urls_with_the_version(right: str, wrong: str) -> None:
    """A base URL with the start of every path is rejected, and the right one shown."""
    with pytest.raises(ConfigurationError, match=f"/v2, .*: use {right}$"):
        find_base_url(wrong)


REFUSED: Final = {
    r"start with https://.* unencrypted": [
        f"http://{host}:8080"
        for host in (
            "api.digitalocean.com",
            "127.0.0.1.example",
            "localhost.example",
            "0.0.0.0",
            "10.0.0.1",
            "[::2]",
            "128.0.0.1",
        )
    ],
    "must not contain": [
        "https://user@a.example",
        "https://user:hunter2@a.example",
        "https://@a.example",
        "https://a.example?x=1",
        "https://a.example/?x=1",
        "https://a.example#x",
        "https://a.example/ v2",
        " https://a.example",
        "https://a.example ",
        "https://a.example\n",
        "https://a.ex\tample",
        "https://a.ex\x00ample",
        "https://ä.example",
        "https://a.example/ä",
        "https://a.example/\u200b",
        # An empty query or fragment would still swallow every path.
        "https://a.example?",
        "https://a.example/v2?",
        "https://a.example#",
    ],
    f"must look like {BASE_URL}": [
        "",
        "api.digitalocean.com",
        "//api.digitalocean.com",
        "ftp://api.digitalocean.com",
        "file:///etc/passwd",
        "https://",
        "https:///v2",
        "https://:443",
        "https://.",
        "http://0x7f.0.0.1",
        "https://127.1",
        "https:api.digitalocean.com",
        "https://a.example:https",
        "https://a.example:99999",
        "https://a.example:-1",
        "https://a.example:8 0",
        "https://a.example:\u0663",
        "https://[::1",
        "https://::1]",
        "https://[nonsense]",
        "https://[::1]extra",
        "https://a..b",
        "https://.",
        "https://" + "a" * 64 + ".example",
        "https://999.999.999.999",
        "https://127.1",
    ],
}
"""Base URLs, by what is wrong with them."""


@pytest.mark.parametrize(
    ("problem", "url"),
    [(problem, url) for problem, urls in REFUSED.items() for url in urls],
)
def test_invalid_base_urls(problem: str, url: str) -> None:
    """
    A base URL that is unsafe, or no base URL at all, is refused with the reason.

    That is plain http to another machine; a user, query, fragment, whitespace or
    non-ASCII character; no scheme or host; an invalid port or address.
    """
    with pytest.raises(ConfigurationError, match=problem):
        find_base_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@a.example",
        "http://user:hunter2@a.example",
        "https://user:hunter2@a.example:nonsense",
        "https://user:hunter2@[::1",
        "ftp://user:hunter2@a.example",
        "https:/user:hunter2@a.example",
        "http://user:12/hunter2@a.example",
        "https://a.example:hunter2",
    ],
)
def test_passwords_are_not_repeated(url: str) -> None:
    """An error about a base URL does not repeat the password in it."""
    with pytest.raises(ConfigurationError) as caught:
        find_base_url(url)

    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@example("?")
@given(st.text(max_size=10).filter(lambda tail: "/" not in tail))
def test_ports_are_numbers(tail: str) -> None:
    """Whatever follows the host, only a plain port number is accepted."""
    accepted = "https://a.example:8"
    with suppress(ConfigurationError):
        accepted = find_base_url(f"https://a.example:8{tail}")

    assert re.fullmatch(r"https://a\.example:8[0-9]*", accepted, re.ASCII)
