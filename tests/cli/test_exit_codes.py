"""Exit codes of errors."""

from __future__ import annotations

import pytest

import gradient_async
from gradient_async.cli.exit_codes import ExitCode, exit_code
from gradient_async.errors import (
    AuthenticationError,
    ConfigurationError,
    DeadlineExceededError,
    GradientError,
    IndexingJobTimeoutError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)

SPECIAL = {
    ConfigurationError: 2,
    AuthenticationError: 3,
    PermissionDeniedError: 3,
    NotFoundError: 4,
    RateLimitError: 5,
    DeadlineExceededError: 5,
    IndexingJobTimeoutError: 5,
}

ERRORS = [
    public
    for public in (getattr(gradient_async, name) for name in gradient_async.__all__)
    if isinstance(public, type) and issubclass(public, GradientError)
]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_has_its_code(kind: type[GradientError]) -> None:
    """Every public error without a code of its own exits with 1."""
    assert SPECIAL.get(kind, 1) == exit_code(kind("odd"))


def test_codes_are_stable() -> None:
    """The codes are those of the documentation, because scripts rely on them."""
    expected = {
        "SUCCESS": 0,
        "FAILURE": 1,
        "USAGE": 2,
        "DENIED": 3,
        "NOT_FOUND": 4,
        "TRY_LATER": 5,
        "INTERRUPTED": 130,
    }

    assert expected == {code.name: code.value for code in ExitCode}
