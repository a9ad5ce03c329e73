"""Tokens: what is one, where it comes from, and that nothing shows it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from gradient_async import Client
from gradient_async.errors import ConfigurationError
from gradient_async.transport.credentials import Credentials, Secret
from tests.support.secrets import texts_of_error

WORD = "hunter2"

BAD_TOKENS = {
    "newline": f"{WORD}\n{WORD}",
    "carriage-return": f"{WORD}\r\nHost: {WORD}",
    "nul": f"{WORD}\x00",
    "blank": f"{WORD} {WORD}",
    "tab": f"{WORD}\t{WORD}",
    "non-ascii": f"{WORD}ä",
    "surrogate": f"{WORD}\udcff",
    "bearer": f"Bearer {WORD}",
    "bearer-lower": f"bearer {WORD}",
    "bearer-padded": f"  BEARER   {WORD} ",
    "double-quotes": f'"{WORD}"',
    "single-quotes": f"'{WORD}'",
    "variable": f"${{{WORD}}}",
    "assignment": f"TOKEN={WORD}",
}
bad = pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)


@pytest.mark.parametrize(
    "token", ["dop_v1_0123456789abcdef", "a", "a.b-c_d~e+f/g==", "Bearer2"]
)
async def test_good_tokens(token: str) -> None:
    """A token of the letters that bearer tokens have is taken as it is."""
    credentials = Credentials(token)
    credentials.check()

    assert token == (await credentials.current()).reveal()


@pytest.mark.parametrize(
    "token", [f"{WORD}\n", f"{WORD}\r\n", f" {WORD} ", f"\t{WORD}"]
)
async def test_surrounding_space_goes(token: str) -> None:
    """A newline at the end of a token's file does not matter."""
    credentials = Credentials(token)
    credentials.check()

    assert WORD == (await credentials.current()).reveal()


@bad
def test_bad_tokens_are_refused_unseen(token: str) -> None:
    """A text that is no token is refused, and shown in no text and no frame."""
    with pytest.raises(ConfigurationError, match="the token") as caught:
        Credentials(token).check()

    assert WORD not in "\n".join(texts_of_error(caught.value))


@bad
def test_clients_refuse_bad_tokens_unseen(token: str) -> None:
    """A client with a bad token does not come about; its frames can be shown."""
    with pytest.raises(ConfigurationError, match="the token") as caught:
        Client(token)

    assert WORD not in "\n".join(texts_of_error(caught.value))


@bad
@pytest.mark.parametrize("is_async", [False, True])
async def test_bad_tokens_of_functions_are_refused_unseen(
    token: str, is_async: bool
) -> None:
    """What a function gives is checked as well, and shown nowhere."""
    credentials = Credentials(later(token) if is_async else lambda: token)
    credentials.check()

    with pytest.raises(ConfigurationError, match="the token") as caught:
        await credentials.current()

    assert WORD not in "\n".join(texts_of_error(caught.value))


def later(token: Any) -> Callable[[], Any]:
    """Make an async function that gives a token."""

    async def provide() -> Any:
        return token

    return provide


@pytest.mark.parametrize("token", ["", " ", "\n", b"hunter2", 5])
def test_no_token(token: Any) -> None:
    """An empty text, and what is no text, is told with what to set."""
    with pytest.raises(ConfigurationError, match="is missing: set DIGITAL"):
        Credentials(token).check()


@pytest.mark.parametrize("token", ["", None, b"hunter2", 5, ["hunter2"]])
@pytest.mark.parametrize("is_async", [False, True])
async def test_functions_that_give_no_token(token: Any, is_async: bool) -> None:
    """A function that gives no text is refused, and what it gave is not shown."""
    credentials = Credentials(later(token) if is_async else lambda: token)

    with pytest.raises(ConfigurationError, match="is missing") as caught:
        await credentials.current()

    assert WORD not in "\n".join(texts_of_error(caught.value))


@pytest.mark.parametrize("is_async", [False, True])
async def test_functions_are_asked_each_time(is_async: bool) -> None:
    """A function is asked for each attempt, so that a token can change."""
    tokens = iter(["first", "second\n"])

    def provide() -> str:
        return next(tokens)

    async def provide_later() -> str:
        return next(tokens)

    credentials = Credentials(provide_later if is_async else provide)

    assert "first" == (await credentials.current()).reveal()
    assert "second" == (await credentials.current()).reveal()


def test_functions_are_not_asked_early() -> None:
    """Building and checking credentials does not call a function."""
    tokens = iter([WORD])
    Credentials(lambda: next(tokens)).check()

    assert [WORD] == list(tokens)


async def test_errors_of_functions_pass() -> None:
    """What a function raises reaches the caller as it is."""

    def provide() -> str:
        msg = "vault sealed"
        raise LookupError(msg)

    with pytest.raises(LookupError, match="vault sealed"):
        await Credentials(provide).current()


SECRET = Secret(WORD)


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{!s}".format,
        "{!r}".format,
        ascii,
        lambda secret: f"{secret}",
        lambda secret: str([secret]),
        lambda secret: str({"token": secret}),
    ],
)
def test_secrets_are_not_shown(show: Callable[[object], str]) -> None:
    """Whatever way a secret is turned into text, the token is not in it."""
    assert WORD not in show(SECRET)
    assert "Secret('***')" in show(SECRET)


def test_secrets_have_no_attributes_to_dump() -> None:
    """`vars` finds nothing in a secret."""
    assert not hasattr(SECRET, "__dict__")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("thing", [SECRET, Credentials(WORD), [SECRET]])
def test_secrets_are_not_pickled(thing: object, protocol: int) -> None:
    """Neither a secret nor what holds one can be pickled."""
    with pytest.raises(TypeError) as caught:
        pickle.dumps(thing, protocol)

    assert WORD not in str(caught.value)


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy])
def test_secrets_are_not_copied(make: Callable[[object], object]) -> None:
    """A secret cannot be copied."""
    with pytest.raises(TypeError, match="never pickled or copied"):
        make(SECRET)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("token *** is bad", "token hunter2 is bad"),
        ("******", "hunter2hunter2"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_secrets_are_taken_out_of_texts(expected: str, text: str) -> None:
    """Each occurrence of the token in a text is replaced."""
    assert expected == SECRET.redact(text)


def test_an_empty_secret_changes_no_text() -> None:
    """Without a token there is nothing to take out."""
    assert "abc" == Secret("").redact("abc")


@pytest.mark.parametrize(
    ("expected", "token"),
    [
        ("Credentials(<string>)", WORD),
        ("Credentials(<function>)", lambda: WORD),
    ],
)
def test_credentials_show_their_kind(expected: str, token: Any) -> None:
    """The repr tells a string from a function, and no more."""
    assert expected == repr(Credentials(token))
