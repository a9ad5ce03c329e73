"""Checks of arguments."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gradient_async import ConfigurationError, PacingFactory, RetryPolicy
from gradient_async.checks import (
    check_callable,
    check_instance,
    check_int,
    check_seconds,
    require_list,
    require_nonempty_str,
)
from gradient_async.shared import SharedPacing


@pytest.mark.parametrize("value", [0, 4, "1", 1.0, None, True, math.nan])
def test_invalid_integers(value: object) -> None:
    """The bounds are inclusive, and a float or a bool is not an integer."""
    with pytest.raises(ConfigurationError) as caught:
        check_int("n", value, minimum=1, maximum=3)

    assert f"n must be an integer from 1 to 3, got {value!r}" == caught.value.message


def test_integers() -> None:
    """The bounds themselves are valid, and the upper one may be missing."""
    check_int("n", 1, minimum=1, maximum=3)
    check_int("n", 3, minimum=1, maximum=3)
    check_int("n", 0, minimum=0, maximum=0)
    check_int("n", 10**400, minimum=1)
    with pytest.raises(ConfigurationError, match=r"n must be an integer of at least 1"):
        check_int("n", 0, minimum=1)


@pytest.mark.parametrize(
    "value", [0, -1, "1", None, True, math.nan, math.inf, 10**400, -(10**400)]
)
def test_invalid_seconds(value: object) -> None:
    """A time is a finite number above 0."""
    with pytest.raises(ConfigurationError, match="t must be a positive number of sec"):
        check_seconds("t", value)


def test_seconds() -> None:
    """A time may be an integer or a float, and the minimum itself is valid."""
    check_seconds("t", 1)
    check_seconds("t", 0.001)
    check_seconds("t", 0.1, minimum=0.1)
    with pytest.raises(
        ConfigurationError, match=r"t must be at least 0\.1 s, got 0\.09"
    ):
        check_seconds("t", 0.09, minimum=0.1)


@pytest.mark.parametrize(
    ("expected", "kind", "value"),
    [
        ("a string, got int", str, 5),
        ("a bool, got int", bool, 1),
        ("a number, got str", float | int, "1"),
        ("a string or a number, got NoneType", str | int | float, None),
        ("an iterable or None, got int", Iterable | None, 5),
        ("a mapping, got list", Mapping, []),
        ("a RetryPolicy, got the class RetryPolicy", RetryPolicy, RetryPolicy),
        ("a PacingFactory, got the class SharedPacing", PacingFactory, SharedPacing),
        ("an OSError or a Path, got dict", OSError | Path, {}),
    ],
)
def test_other_types(expected: str, kind: Any, value: object) -> None:
    """The message names the expected types, and the type that was passed."""
    with pytest.raises(ConfigurationError) as caught:
        check_instance("it", value, kind)

    assert f"it must be {expected}" == caught.value.message


def test_types() -> None:
    """A value of one of the types is accepted, of a subclass too."""
    check_instance("it", "x", str)
    check_instance("it", None, str | None)
    check_instance("it", True, int)


@pytest.mark.parametrize("value", [5, 0, False, "print", [], {}])
def test_not_callable(value: object) -> None:
    """Anything else than a callable or None is refused by name."""
    with pytest.raises(ConfigurationError, match="f must be callable, got"):
        check_callable("f", value)


@pytest.mark.parametrize("value", [None, print, str, lambda: None])
def test_callables(value: object) -> None:
    """A callable is accepted, and so is None."""
    check_callable("f", value)


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("s must be a string, got NoneType", None),
        ("s must be a string, got bytes", b"hunter2"),
        ("s must not be empty", ""),
        (
            "s contains an unpaired surrogate, which UTF-8 cannot encode",
            "hunter2\ud800",
        ),
    ],
)
def test_invalid_strings(message: str, value: Any) -> None:
    """A string that is empty or cannot be encoded is refused without its value."""
    with pytest.raises(ConfigurationError) as caught:
        require_nonempty_str("s", value)

    assert message == caught.value.message


@pytest.mark.parametrize("value", [" ", "a", "\x00", "🐈", "\ud7ff\ue000"])
def test_strings(value: str) -> None:
    """Any other string is returned unchanged."""
    assert value is require_nonempty_str("s", value)


@pytest.mark.parametrize("values", ["ab", b"ab", bytearray(1), {"a": 1}, 5, None])
def test_other_than_lists(values: Any) -> None:
    """A string or a mapping is not a list, though both are iterable."""
    with pytest.raises(ConfigurationError) as caught:
        require_list("names", values, "strings")

    kind = type(values).__name__
    assert f"names must be a list of strings, got {kind}" == caught.value.message


@pytest.mark.parametrize("values", [["a"], ("a",), {"a"}, iter("a"), {"a": 1}.keys()])
def test_lists(values: Iterable[str]) -> None:
    """Any other iterable is returned as a tuple."""
    assert ("a",) == require_list("names", values, "strings")
