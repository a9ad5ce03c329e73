"""Refusing arguments."""

from __future__ import annotations

import math

import pytest

from gradient_async import ConfigurationError
from gradient_async.checks import check_instance, check_int, check_seconds


@pytest.mark.parametrize("value", [0, 4, "1", 1.0, None, True, math.nan])
def test_numbers_that_are_not_whole_or_out_of_bounds(value: object) -> None:
    """Bounds count, and a number that only looks whole is not."""
    with pytest.raises(ConfigurationError, match="n must be a whole number, from 1 to"):
        check_int("n", value, minimum=1, maximum=3)


def test_whole_numbers() -> None:
    """The bounds themselves are within them, and the upper one may be missing."""
    check_int("n", 1, minimum=1, maximum=3)
    check_int("n", 3, minimum=1, maximum=3)
    check_int("n", 10**30, minimum=1)
    with pytest.raises(ConfigurationError, match="n must be a whole number, at least"):
        check_int("n", 0, minimum=1)


@pytest.mark.parametrize("value", [0, -1, "1", None, True, math.nan, math.inf])
def test_what_is_no_time(value: object) -> None:
    """A time is a finite number above 0."""
    with pytest.raises(ConfigurationError, match="t must be a number of seconds above"):
        check_seconds("t", value)


def test_times() -> None:
    """Whole seconds are times, and parts of them too."""
    check_seconds("t", 1)
    check_seconds("t", 0.001)


def test_types() -> None:
    """The error says what it should be, and what it is."""
    check_instance("s", "x", str, "a string")
    with pytest.raises(ConfigurationError, match="s must be a string, not int"):
        check_instance("s", 5, str, "a string")
