"""The base class of all errors, and those raised before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import attrs


def _rebuild(
    cls: type[GradientError], args: tuple[object, ...], state: dict[str, object]
) -> GradientError:
    """Recreate an error without calling `__init__`, whose facts are keyword-only."""
    error = cls.__new__(cls, *args)
    # OSError, the base of TimeoutError, does not keep them itself here.
    error.args = args
    error.__dict__.update(state)
    return error


@attrs.define(slots=False, eq=False, repr=False, auto_exc=False)
class GradientError(Exception):
    """
    Base class of every error of this package.

    Each fact is an attribute; the text is built from them: what happened, where, and
    what to try.
    """

    _hint: ClassVar[str] = ""
    http_status: ClassVar[int] = 502
    """
    HTTP status for a web backend to respond with: 404, 409, 422 and 429 where the API
    responded so, 504 for an exceeded deadline, 502 for everything else.
    """

    message: str
    """What happened, without the place."""
    account: str = attrs.field(default="", kw_only=True)
    """Name of the account; empty without one."""
    method: str = attrs.field(default="", kw_only=True)
    """HTTP method of the call; empty if no call was made."""
    path: str = attrs.field(default="", kw_only=True)
    """Path of the call, ids percent-encoded, without the query."""
    attempts: int = attrs.field(default=0, kw_only=True)
    """Number of times the call tried to send its request."""
    elapsed: float = attrs.field(default=0.0, kw_only=True)
    """Seconds from the start of the call to the error."""

    def __attrs_post_init__(self) -> None:
        """Keep only the message in `args`, as exceptions usually do."""
        super().__init__(self.message)

    @property
    def hint(self) -> str:
        """What to try, in a sentence; may be empty."""
        return self._hint

    def complete(self, **facts: object) -> Self:
        """
        Fill in facts that are still missing, and return the error itself.

        Facts that are known already stay, and names that this error does not have are
        ignored: whoever handles the error may pass everything it knows.
        """
        for name, value in facts.items():
            if getattr(self, name, self) in {None, "", 0}:
                setattr(self, name, value)
        return self

    def to_dict(self) -> dict[str, object]:
        """Return the error as plain JSON values: its type, its hint and every fact."""
        facts = {
            field.name: _to_json(getattr(self, field.name))
            for field in attrs.fields(type(self))
        }
        return {"type": type(self).__name__, "hint": self.hint, **facts}

    def _describe(self) -> str:
        """Return what happened."""
        return self.message

    def _context(self) -> list[str]:
        """Return the facts in brackets: the place and the progress of the call."""
        account = [f"account {self.account}"] if self.account else []
        if not self.method:
            return account
        place = [*account, f"{self.method} {self.path}"]
        if not self.attempts:
            return place
        plural = "" if self.attempts == 1 else "s"
        return [*place, f"{self.attempts} attempt{plural}", f"{self.elapsed:.2f} s"]

    def __str__(self) -> str:
        """Return what happened, where, and what to try, on one line."""
        context = ", ".join(self._context())
        description = self._describe().rstrip(".")
        sentence = f"{description} ({context})" if context else description
        return f"{sentence}. {self.hint}" if self.hint else sentence

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy without calling `__init__`."""
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class ConfigurationError(GradientError, ValueError):
    """A setting or an argument is invalid; nothing was sent."""


class ClientClosedError(GradientError):
    """The client was closed before or during the call."""

    _hint = "Make calls while the client, and the session passed to it, are open"


class TokenError(GradientError):
    """The token could not be obtained; the request was not sent."""

    _hint = "Check where the token comes from: the variable, file, command or function"


def _to_json(fact: object) -> object:
    """Return a fact as plain JSON values; what has no JSON form as its repr."""
    if fact is None or isinstance(fact, str | int | float):
        return fact
    if isinstance(fact, list | tuple):
        return [_to_json(item) for item in fact]
    if isinstance(fact, Mapping):
        return {str(name): _to_json(it) for name, it in fact.items()}
    # Models, reports and other errors.
    to_dict = getattr(fact, "to_dict", None)
    return to_dict() if callable(to_dict) else repr(fact)


def describe_retry_after(value: float | None) -> list[str]:
    """Return when to try again, for `_context`."""
    return [] if value is None else [f"retry after {value:.0f} s"]


def describe_request_id(value: str | None) -> list[str]:
    """Return the id of the request, for `_context`."""
    return [] if value is None else [f"request id {value}"]
