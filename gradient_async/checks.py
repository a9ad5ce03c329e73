"""Refuse arguments that cannot work, in words that help, before anything is sent."""

from __future__ import annotations

import math
from contextlib import suppress

from gradient_async.errors import ConfigurationError


def check_int(
    name: str, value: object, *, minimum: int, maximum: int | None = None
) -> None:
    """
    Refuse anything but a whole number within bounds.

    Raises:
        ConfigurationError: It is another type, or out of bounds.
    """
    bounds = (
        f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    )
    whole = value if isinstance(value, int) and not isinstance(value, bool) else None
    if whole is None or whole < minimum or (maximum is not None and whole > maximum):
        msg = f"{name} must be a whole number, {bounds}, not {value!r}"
        raise ConfigurationError(msg)


def check_seconds(name: str, value: object) -> None:
    """
    Refuse anything but a finite number above 0.

    Raises:
        ConfigurationError: It is another type, or out of bounds.
    """
    number = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):
            number = float(value)
    if not 0 < number < math.inf:
        msg = f"{name} must be a number of seconds above 0, not {value!r}"
        raise ConfigurationError(msg)


def check_instance(
    name: str, value: object, kind: type | tuple[type, ...], what: str
) -> None:
    """
    Refuse a value of another type; `what` says what it should be.

    Raises:
        ConfigurationError: It is another type.
    """
    if not isinstance(value, kind):
        msg = f"{name} must be {what}, not {type(value).__name__}"
        raise ConfigurationError(msg)


def check_callable(name: str, value: object) -> None:
    """
    Refuse what cannot be called; None, which stands for no function, can be given.

    Raises:
        ConfigurationError: It is neither.
    """
    if value is not None and not callable(value):
        msg = f"{name} must be a function"
        raise ConfigurationError(msg)
