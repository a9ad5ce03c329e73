"""Tokens: hidden from all output, and fetched before each attempt if they rotate."""

from __future__ import annotations

import asyncio
import hmac
import inspect
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, NoReturn, Protocol, TypeAlias, runtime_checkable

from gradient_async.errors import ConfigurationError, GradientError, TokenError

Token: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""A token, or a function, sync or async, that returns the current one."""


@runtime_checkable
class ForgetfulToken(Protocol):
    """A token function that keeps its token for a while, and can forget it."""

    def __call__(self) -> str | Awaitable[str]:
        """Return the token, possibly the same as before."""
        ...

    def forget(self, token: str) -> None:
        """Forget this token, which the API has refused; another one may be kept."""
        ...


# RFC 6750, section 2.1.
_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")

# Not a secret: it keeps these digests apart from those that others make of a token.
_FINGERPRINT_KEY: Final = b"gradient-async account fingerprint"


# Shorter ones are in use only where nothing is secret, such as in tests.
_MIN_LENGTH: Final = 8

TOKEN_PATTERN: Final = re.compile(r"\bdo[a-z]_v[0-9]_\w+")
"""What the platform's tokens look like, wherever they stand by mistake."""


class Secret:
    """A token that never appears in a repr, format, pickle or log."""

    __slots__ = ("_pattern", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._pattern: re.Pattern[str] | None = None

    def reveal(self) -> str:
        """Return the token itself."""
        return self._text

    def redact(self, text: str) -> str:
        """
        Return a text from elsewhere with the token replaced by `***`.

        It is recognised percent-encoded and in base64, too. A token of fewer than 8
        characters is none: it would be found in the middle of words.
        """
        # No form of it is shorter than the token itself.
        if not _MIN_LENGTH <= len(self._text) <= len(text):
            return text
        if self._pattern is None:
            self._pattern = re.compile("|".join(_forms(self._text)))
        return self._pattern.sub("***", text)

    @property
    def max_length(self) -> int:
        """Length of its longest form that `redact` recognises."""
        return 3 * len(self._text)

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same token."""
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        """Return a hash, so that what belongs to a token can be found by it."""
        return hash(self._text)

    def fingerprint(self, base_url: str) -> str:
        """Return 16 hex digits that identify the account, and reveal no token."""
        # A token has no space, so no other pair makes the same text.
        content = f"{self._text} {base_url}".encode()
        return hmac.digest(_FINGERPRINT_KEY, content, "sha256").hex()[:16]

    def __repr__(self) -> str:
        """Return a placeholder."""
        return "Secret('***')"

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: a token must not leave the process."""
        msg = "a token cannot be pickled or copied"
        raise TypeError(msg)


def _forms(text: str) -> Iterator[str]:
    """Yield patterns for a token: plain, percent-encoded, and within base64."""
    yield "".join(f"(?:{re.escape(it)}|%(?i:{ord(it):02x}))" for it in text)
    data = text.encode()
    # Base64 groups three bytes, so what it makes of the token depends on its place.
    for place, first in enumerate((0, 2, 3)):
        encoded = b64encode(bytes(place) + data).decode()
        complete = encoded[first : (place + len(data)) * 8 // 6]
        yield re.escape(complete).replace(r"\+", "[+-]").replace("/", "[/_]")


class Credentials:
    """
    Source of the token of each attempt.

    Whitespace around a string is stripped. A function is called before each attempt.
    """

    __slots__ = ("_provider", "_secret")

    def __init__(self, token: Token) -> None:
        self._provider = token if callable(token) else None
        self._secret = to_secret(token)

    def replace(self, other: Credentials) -> None:
        """Adopt the source of other credentials, from the next attempt on."""
        self._provider, self._secret = other._provider, other._secret

    def check(self) -> None:
        """
        Raise if the token is a string that cannot be valid; a function is not called.

        Separate from `__init__`, whose frame shows the token in a traceback.

        Raises:
            ConfigurationError: The token is empty or not valid in a header.
        """
        if self._provider is None:
            check_secret(self._secret)

    async def current(self) -> Secret:
        """
        Return the token for the next attempt.

        Raises:
            ConfigurationError: The function returned something that is not a token.
            TokenError: The function raised, which is the `__cause__`.
        """
        if self._provider is None:
            return self._secret
        secret = await _call(self._provider)
        check_secret(secret)
        return secret

    async def renew(self, refused: Secret) -> bool:
        """
        Return whether the function has another token than one that was refused.

        A function that keeps its token forgets it first. A string never changes.
        """
        if self._provider is None:
            return False
        if isinstance(self._provider, ForgetfulToken):
            self._provider.forget(refused.reveal())
        try:
            return await self.current() != refused
        except GradientError:
            # The refusal says more about what is wrong.
            return False

    def __repr__(self) -> str:
        """Return the kind of source, not the token."""
        kind = "string" if self._provider is None else "function"
        return f"Credentials(<{kind}>)"


async def _call(provider: Callable[[], object]) -> Secret:
    """Return the token of a function; whatever it raises becomes a `TokenError`."""
    try:
        return to_secret(await _resolve(provider()))
    except GradientError:
        raise
    except asyncio.CancelledError as error:
        # Something that the function waited for was cancelled, not this task.
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        msg = "what the token function waited for was cancelled"
        raise TokenError(msg) from error
    except Exception as error:
        msg = f"the token function raised {type(error).__name__}"
        raise TokenError(msg) from error


async def _resolve(token: object) -> object:
    """Return a value, or await it; no frame that raises later holds the token."""
    return await token if inspect.isawaitable(token) else token


def to_secret(token: object) -> Secret:
    """Return a string as a secret; anything else is an empty one, which is invalid."""
    # Tokens read from files usually end with a newline.
    return Secret(token.strip() if isinstance(token, str) else "")


def check_secret(secret: Secret) -> None:
    """
    Raise unless the token is valid.

    Raises:
        ConfigurationError: The token is empty or not valid in a header.
    """
    problem = _find_problem(secret)
    if problem:
        raise ConfigurationError(problem)


def _find_problem(secret: Secret) -> str:
    if not secret.reveal():
        return "no API token: set DIGITALOCEAN_ACCESS_TOKEN or pass `token=`"
    if secret.reveal().lower().split(" ")[0] == "bearer":
        return "the token must not start with 'Bearer'"
    if not _BEARER.fullmatch(secret.reveal()):
        return "the token contains invalid characters, such as whitespace or quotes"
    return ""
