"""Account: a token, the API it belongs to, and tags."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import attrs

from gradient_async.checks import require_list, require_nonempty_str
from gradient_async.settings import find_base_url
from gradient_async.transport.credentials import (
    Secret,
    Token,
    check_secret,
    to_secret,
)


def _hide(token: object) -> Secret:
    """Return a token as a secret, unless it is one, as `attrs.evolve` passes it."""
    return token if isinstance(token, Secret) else to_secret(token)


def _reveal(source: object) -> object:
    """Return what to compare: two accounts with one token are equal."""
    return source.reveal() if isinstance(source, Secret) else source


@attrs.frozen(init=False, repr=False)
class Account:
    """
    One account: how to get its token, and what it is to the program.

        Account("dop_v1_0123456789abcdef")
        Account(FileToken("/run/secrets/acme"), tags=["prod"])

    Accounts are compared by value. One with a string as its token cannot be
    pickled; one with a token source can.

    Args:
        token: The token, or a function, sync or async, that returns the current one.
        base_url: Base URL of the API; None means the client's default.
        tags: Words to select accounts by; none by default.

    Raises:
        ConfigurationError: An argument is invalid. The message omits the token.
    """

    _source: Secret | Callable[[], str | Awaitable[str]] = attrs.field(
        alias="token", eq=_reveal
    )
    base_url: str | None
    """Base URL of the API; None means the client's default."""
    tags: frozenset[str]
    """Words to select accounts by."""

    def __init__(
        self,
        token: Token,
        *,
        base_url: str | None = None,
        tags: Iterable[str] = (),
    ) -> None:
        source = token if callable(token) else _hide(token)
        # Tracebacks of the errors below may show the variables of this frame.
        del token
        if isinstance(source, Secret):
            check_secret(source)
        self.__attrs_init__(
            token=source,
            base_url=None if base_url is None else find_base_url(base_url),
            tags=_to_tags(tags),
        )

    @property
    def token(self) -> Token:
        """The token, or the function that returns it; not part of the repr."""
        source = self._source
        return source.reveal() if isinstance(source, Secret) else source

    def __repr__(self) -> str:
        """Return everything but the token."""
        # A traceback shows an account whose arguments were invalid, too.
        base_url, tags = getattr(self, "base_url", None), getattr(self, "tags", ())
        return f"Account(base_url={base_url!r}, tags={sorted(tags)})"


def _to_tags(tags: Iterable[str]) -> frozenset[str]:
    names = require_list("tags", tags, "strings")
    return frozenset(require_nonempty_str("a tag", name) for name in names)
