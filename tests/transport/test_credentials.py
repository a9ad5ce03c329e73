"""Tokens: which are valid, where they come from, and that nothing shows them."""

from __future__ import annotations

import asyncio
import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest

from gradient_async.errors import ConfigurationError, TokenError
from gradient_async.transport.credentials import Credentials, Secret
from tests.support.secrets import texts_of_error

TOKEN = "hunter2-3"

INVALID_TOKENS = {
    "newline": f"{TOKEN}\n{TOKEN}",
    "carriage-return": f"{TOKEN}\r\nHost: {TOKEN}",
    "nul": f"{TOKEN}\x00",
    "blank": f"{TOKEN} {TOKEN}",
    "tab": f"{TOKEN}\t{TOKEN}",
    "non-ascii": f"{TOKEN}ä",
    "surrogate": f"{TOKEN}\udcff",
    "bearer": f"Bearer {TOKEN}",
    "bearer-lower": f"bearer {TOKEN}",
    "bearer-padded": f"  BEARER   {TOKEN} ",
    "double-quotes": f'"{TOKEN}"',
    "single-quotes": f"'{TOKEN}'",
    "variable": f"${{{TOKEN}}}",
    "assignment": f"TOKEN={TOKEN}",
}
invalid = pytest.mark.parametrize("token", INVALID_TOKENS.values(), ids=INVALID_TOKENS)


@pytest.mark.parametrize(
    "token", ["dop_v1_0123456789abcdef", "a", "a.b-c_d~e+f/g==", "Bearer2"]
)
async def test_valid_tokens(token: str) -> None:
    """A token that consists of a bearer token's characters is used unchanged."""
    credentials = Credentials(token)
    credentials.check()

    assert token == (await credentials.current()).reveal()


@pytest.mark.parametrize(
    "token", [f"{TOKEN}\n", f"{TOKEN}\r\n", f" {TOKEN} ", f"\t{TOKEN}"]
)
async def test_surrounding_whitespace_is_stripped(token: str) -> None:
    """Whitespace around a token, such as a file's final newline, is removed."""
    credentials = Credentials(token)
    credentials.check()

    assert TOKEN == (await credentials.current()).reveal()


@invalid
def test_invalid_tokens_are_rejected_unseen(token: str) -> None:
    """An invalid token is rejected, and neither the error nor its frames show it."""
    with pytest.raises(ConfigurationError, match="the token") as caught:
        Credentials(token).check()

    assert TOKEN not in "\n".join(texts_of_error(caught.value))


@pytest.mark.parametrize(
    "token", ["Bearer abc", "bearer abc", " BEARER  abc", "Bearer"]
)
def test_a_header_instead_of_a_token(token: str) -> None:
    """A token with the header's scheme in front of it is named as such."""
    with pytest.raises(ConfigurationError, match="must not start with 'Bearer'"):
        Credentials(token).check()


@invalid
@pytest.mark.parametrize("is_async", [False, True])
async def test_invalid_tokens_of_functions_are_rejected_unseen(
    token: str, is_async: bool
) -> None:
    """The token that a function returns is checked as well, and never shown."""
    credentials = Credentials(
        create_async_function(token) if is_async else lambda: token
    )
    credentials.check()

    with pytest.raises(ConfigurationError, match="the token") as caught:
        await credentials.current()

    assert TOKEN not in "\n".join(texts_of_error(caught.value))


def create_async_function(token: Any) -> Callable[[], Any]:
    """Create an async function that returns a token."""

    async def provide() -> Any:
        return token

    return provide


@pytest.mark.parametrize("token", ["", " ", "\n", b"hunter2", 5])
def test_no_token(token: Any) -> None:
    """An empty string, and anything but a string, is an error that says what to set."""
    with pytest.raises(ConfigurationError, match="no API token: set DIGITAL"):
        Credentials(token).check()


@pytest.mark.parametrize("token", ["", None, b"hunter2", 5, ["hunter2"]])
@pytest.mark.parametrize("is_async", [False, True])
async def test_functions_that_return_no_token(token: Any, is_async: bool) -> None:
    """A function that returns no string is an error, which does not show the value."""
    credentials = Credentials(
        create_async_function(token) if is_async else lambda: token
    )

    with pytest.raises(ConfigurationError, match="no API token") as caught:
        await credentials.current()

    assert TOKEN not in "\n".join(texts_of_error(caught.value))


@pytest.mark.parametrize("is_async", [False, True])
async def test_functions_are_called_each_time(is_async: bool) -> None:
    """A function is called for each attempt, so that a token can change."""
    tokens = iter(["first", "second\n"])

    def provide() -> str:
        return next(tokens)

    async def provide_later() -> str:
        return next(tokens)

    credentials = Credentials(provide_later if is_async else provide)

    assert "first" == (await credentials.current()).reveal()
    assert "second" == (await credentials.current()).reveal()


def test_functions_are_not_called_early() -> None:
    """Creating and checking credentials does not call a function."""
    tokens = iter([TOKEN])
    Credentials(lambda: next(tokens)).check()

    assert [TOKEN] == list(tokens)


def failing(error: BaseException, *, is_async: bool) -> Callable[[], Any]:
    """Create a function that raises an error; an async one raises it when awaited."""

    def provide() -> str:
        raise error

    async def provide_later() -> str:
        raise error

    return provide_later if is_async else provide


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        KeyError(TOKEN),
        TimeoutError(TOKEN),
        StopAsyncIteration(TOKEN),
        ExceptionGroup(TOKEN, [ValueError(TOKEN)]),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_errors_of_functions(error: Exception, is_async: bool) -> None:
    """What a function raises is the cause of a TokenError, which shows its class."""
    with pytest.raises(TokenError) as caught:
        await Credentials(failing(error, is_async=is_async)).current()

    assert f"the token function raised {type(error).__name__}" == caught.value.message
    assert error is caught.value.__cause__
    assert TOKEN not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize(
    ("expected", "is_async"), [("StopIteration", False), ("RuntimeError", True)]
)
async def test_functions_that_stop(expected: str, is_async: bool) -> None:
    """A StopIteration does not end the call as if it had returned a token."""
    with pytest.raises(TokenError, match=f"raised {expected}"):
        await Credentials(failing(StopIteration(TOKEN), is_async=is_async)).current()


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        TokenError("sealed"),
        ConfigurationError("odd"),
        # Others that are no Exception would end the event loop.
        GeneratorExit(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_errors_of_functions_that_pass(
    error: BaseException, is_async: bool
) -> None:
    """Our own errors and exits reach the caller unchanged."""
    with pytest.raises(type(error)) as caught:
        await Credentials(failing(error, is_async=is_async)).current()

    assert error is caught.value


async def test_cancellation_while_a_function_runs() -> None:
    """A task that is cancelled while it waits for the token ends cancelled."""
    token = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(Credentials(lambda: token).current())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancelled_refresh() -> None:
    """If what a function waits for is cancelled, nobody cancelled the caller."""
    token = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(Credentials(lambda: token).current())
    await asyncio.sleep(0)
    token.cancel()

    with pytest.raises(TokenError, match="waited for was cancelled"):
        await task


SECRET = Secret(TOKEN)


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
    """No conversion of a secret to text contains the token."""
    assert TOKEN not in show(SECRET)
    assert "Secret('***')" in show(SECRET)


def test_secrets_have_no_dict() -> None:
    """A secret has no attributes that `vars` could show."""
    assert not hasattr(SECRET, "__dict__")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("thing", [SECRET, Credentials(TOKEN), [SECRET]])
def test_secrets_are_not_pickled(thing: object, protocol: int) -> None:
    """Neither a secret nor an object that holds one can be pickled."""
    with pytest.raises(TypeError) as caught:
        pickle.dumps(thing, protocol)

    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy])
def test_secrets_are_not_copied(make: Callable[[object], object]) -> None:
    """A secret cannot be copied."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        make(SECRET)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("token *** is bad", "token hunter2-3 is bad"),
        ("******", "hunter2-3hunter2-3"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_secrets_are_redacted(expected: str, text: str) -> None:
    """Every occurrence of the token in a text is replaced."""
    assert expected == SECRET.redact(text)


def test_an_empty_secret_changes_no_text() -> None:
    """Without a token, there is nothing to replace."""
    assert "abc" == Secret("").redact("abc")


@pytest.mark.parametrize(
    ("expected", "token"),
    [
        ("Credentials(<string>)", TOKEN),
        ("Credentials(<function>)", lambda: TOKEN),
    ],
)
def test_credentials_show_their_kind(expected: str, token: Any) -> None:
    """The repr shows only whether the token is a string or comes from a function."""
    assert expected == repr(Credentials(token))


def test_fingerprint() -> None:
    """A fingerprint identifies base URL and token; the token is not in it."""
    url = "https://api.digitalocean.com"
    prints = {
        Secret(token).fingerprint(base_url)
        for token in (TOKEN, f"{TOKEN}x")
        for base_url in (url, f"{url}/x")
    }

    assert 4 == len(prints)
    assert all(re.fullmatch("[0-9a-f]{16}", it) for it in prints)
    # Checkpoints that were saved must stay valid.
    assert "a0870f4dc1476fad" == Secret("dop_v1_0").fingerprint(url)
