"""Tokens: kept out of every text, and asked for anew where they rotate."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn, TypeAlias

from gradient_async.errors import ConfigurationError

Token: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""A token, or a function (plain or async) that gives the current one."""

# RFC 6750, section 2.1: what a bearer token may consist of.
_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Secret:
    """A token that no repr, format, pickle or log shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the token itself."""
        return self._text

    def redact(self, text: str) -> str:
        """Take the token out of a text that came from elsewhere."""
        return text.replace(self._text, "***") if self._text else text

    def __repr__(self) -> str:
        """Show that there is one, never which."""
        return "Secret('***')"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        msg = "a token is never pickled or copied"
        raise TypeError(msg)


class Credentials:
    """
    Where the token of each attempt comes from.

    A string is stripped of surrounding white space. A function is called before each
    attempt.
    """

    __slots__ = ("_provider", "_secret")

    def __init__(self, token: Token) -> None:
        self._provider = token if callable(token) else None
        self._secret = _secret(token)

    def check(self) -> None:
        """
        Refuse a string that cannot be a token; a function is not called for this.

        Apart from `__init__`, whose frame shows the token in a traceback.

        Raises:
            ConfigurationError: The token is empty or could not stand in a header.
        """
        if self._provider is None:
            _check(self._secret)

    async def current(self) -> Secret:
        """
        Give the token for the next attempt.

        Raises:
            ConfigurationError: The function gave something that is no token.
        """
        if self._provider is None:
            return self._secret
        given = self._provider()
        secret = _secret(await given if inspect.isawaitable(given) else given)
        # From here on an error shows this frame's variables in a traceback.
        del given
        _check(secret)
        return secret

    def __repr__(self) -> str:
        """Show the kind of source, never the token."""
        kind = "string" if self._provider is None else "function"
        return f"Credentials(<{kind}>)"


def _secret(token: object) -> Secret:
    # A token read from a file ends with a newline more often than not.
    return Secret(token.strip() if isinstance(token, str) else "")


def _check(secret: Secret) -> None:
    problem = _problem(secret)
    if problem:
        msg = f"the token {problem}"
        raise ConfigurationError(msg)


def _problem(secret: Secret) -> str:
    if not secret.reveal():
        return "is missing: set DIGITALOCEAN_ACCESS_TOKEN, or give Client a string"
    if secret.reveal().lower().split(" ")[0] == "bearer":
        return "must be given without the word 'Bearer'"
    if not _BEARER.fullmatch(secret.reveal()):
        return "has characters that no token has, white space or quotes for example"
    return ""
