"""Exit codes of errors."""

from __future__ import annotations

import pytest

import gradient_async
from gradient_async import (
    AccountReport,
    AccountsError,
    ReportState,
    UnknownAccountError,
)
from gradient_async.cli.exit_codes import ExitCode, exit_code
from gradient_async.errors import (
    AmbiguousNameError,
    AuthenticationError,
    ConfigurationError,
    DatabaseTimeoutError,
    DeadlineExceededError,
    GradientError,
    IndexingJobTimeoutError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnknownNameError,
)

SPECIAL = {
    AmbiguousNameError: 2,
    UnknownAccountError: 4,
    UnknownNameError: 4,
    ConfigurationError: 2,
    AuthenticationError: 3,
    PermissionDeniedError: 3,
    NotFoundError: 4,
    RateLimitError: 5,
    DeadlineExceededError: 5,
    IndexingJobTimeoutError: 5,
    DatabaseTimeoutError: 5,
}

ERRORS = [
    public
    for public in (getattr(gradient_async, name) for name in gradient_async.__all__)
    if isinstance(public, type)
    and issubclass(public, GradientError)
    and public is not AccountsError
]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_has_its_code(kind: type[GradientError]) -> None:
    """Every public error without a code of its own exits with 1."""
    assert SPECIAL.get(kind, 1) == exit_code(kind("odd"))


REFUSED = AuthenticationError("refused", status=401)
DENIED = PermissionDeniedError("denied", status=403)
BROKEN = ServerError("broken", status=500)


@pytest.mark.parametrize(
    ("expected", "errors", "healthy"),
    [
        (3, [REFUSED], 0),
        (3, [REFUSED, DENIED], 0),
        (1, [BROKEN], 0),
        (1, [REFUSED, BROKEN], 0),
        (6, [REFUSED], 1),
        (6, [REFUSED, BROKEN], 2),
    ],
)
def test_codes_for_accounts(
    expected: int, errors: list[GradientError], healthy: int
) -> None:
    """Some failed accounts exit with 6; all with the code of their errors, or 1."""
    failures = {f"failed-{number}": error for number, error in enumerate(errors)}
    names = [*failures, *(f"healthy-{number}" for number in range(healthy))]
    reports = {
        name: AccountReport(account=name, state=ReportState.UNFINISHED)
        for name in names
    }
    error = AccountsError("failed", errors=failures, reports=reports)

    assert expected == exit_code(error)


def test_codes_are_stable() -> None:
    """The codes are those of the documentation, because scripts rely on them."""
    expected = {
        "SUCCESS": 0,
        "FAILURE": 1,
        "USAGE": 2,
        "DENIED": 3,
        "NOT_FOUND": 4,
        "TRY_LATER": 5,
        "PARTIAL": 6,
        "JOB_FAILED": 7,
        "INTERRUPTED": 130,
    }

    assert expected == {code.name: code.value for code in ExitCode}
