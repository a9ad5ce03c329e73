"""What is remembered about a token: a refusal, its limit, and the latest failure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gradient_async import Client, RetryPolicy
from gradient_async.emulator import Emulator, Fault
from gradient_async.errors import (
    AuthenticationError,
    ConnectError,
    DeadlineExceededError,
    GradientError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from gradient_async.transport.credentials import Secret
from gradient_async.transport.token_status import (
    RateLimitStatus,
    TokenStatus,
    is_account_failure,
)

OLD, NEW = Secret("old"), Secret("new")

UNAUTHORIZED = AuthenticationError("revoked", status=401, id="unauthorized")


def refused(at: float = 0.0) -> TokenStatus:
    """Return the status of a token that was refused at this time, for 300 s."""
    status = TokenStatus(refused_for=300.0)
    status.begin(OLD, at)
    status.refuse(OLD, UNAUTHORIZED, at)
    return status


def is_refused(status: TokenStatus, secret: Secret, now: float) -> bool:
    """Return whether a call at this time would fail without being sent."""
    try:
        status.check(secret, now)
    except AuthenticationError:
        return True
    return False


def test_a_refused_token_is_not_sent_again() -> None:
    """The refusal is repeated for the time given, with how long it still holds."""
    status = refused()
    with pytest.raises(AuthenticationError, match="revoked") as caught:
        status.begin(OLD, 100.0)

    error = caught.value
    assert (401, "unauthorized", 200.0) == (error.status, error.id, error.retry_after)
    assert ["not sent: the API has refused this token before"] == error.__notes__
    assert error is not UNAUTHORIZED
    assert [True, False] == [is_refused(status, OLD, now) for now in (299.9, 300.0)]


def test_another_token_is_sent_at_once() -> None:
    """A refusal holds for one token, and not for another one."""
    status = refused()
    assert not is_refused(status, NEW, 1.0)
    assert not status.begin(NEW, 1.0)
    status.end_probe(NEW, 200)

    assert is_refused(status, OLD, 2.0)


def test_without_a_time_nothing_is_refused() -> None:
    """By default a refused token is sent with every call."""
    status = TokenStatus()
    status.refuse(OLD, UNAUTHORIZED, 0.0)

    assert not is_refused(status, OLD, 0.0)


@pytest.mark.parametrize(
    ("expected", "response"), [(True, 401), (False, 200), (False, 404), (False, None)]
)
def test_one_call_tries_the_token_again(expected: bool, response: int | None) -> None:
    """After the time, one call is sent while others fail; its response holds for all.

    Without a response nothing was found out, and the next call is sent.
    """
    status = refused()
    assert status.begin(OLD, 300.0)
    assert is_refused(status, OLD, 300.0)
    status.end_probe(OLD, response)

    assert expected is is_refused(status, OLD, 301.0)


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        (True, UNAUTHORIZED),
        (True, RateLimitError("slow down", status=429)),
        (True, ServerError("down", status=503)),
        (True, ConnectError("no route")),
        (True, DeadlineExceededError("late")),
        (False, NotFoundError("no such job", status=404)),
        (False, PermissionDeniedError("read only", status=403)),
    ],
)
def test_account_failures(expected: bool, error: GradientError) -> None:
    """A failure of the account is remembered until a call gets through."""
    status = TokenStatus()
    status.record(error)

    assert expected is is_account_failure(error)
    assert (str(error) if expected else None) == (status.error and str(status.error))
    status.record(UNAUTHORIZED)
    status.record(None)
    assert status.error is None


async def test_what_is_left_is_known(api: Emulator) -> None:
    """A client and its attempts have what the latest response says is left."""
    seen: list[tuple[int | None, float | None]] = []
    headers = {"ratelimit-remaining": "42", "ratelimit-reset": "1772000060"}
    headers |= {"date": "Wed, 25 Feb 2026 06:13:20 GMT"}
    api.fail(Fault(status=503, headers=headers), Fault(status=503))
    async with Client(
        api.token,
        base_url=api.url,
        on_attempt=lambda it: seen.append((it.remaining, it.reset_in)),
    ) as client:
        assert None is client.rate_limit

        sent_at = datetime.now(UTC)
        with pytest.raises(ServerError):
            await client.with_options(retry=RetryPolicy(attempts=1)).regions.list()
        first = client.rate_limit
        with pytest.raises(ServerError):
            await client.with_options(retry=RetryPolicy(attempts=1)).regions.list()

    assert first is not None
    assert first.reset_at is not None
    assert 42 == first.remaining
    assert timedelta(0) <= first.reset_at - sent_at - timedelta(seconds=60)
    assert RateLimitStatus() == client.rate_limit
    assert [(42, 60.0), (None, None)] == seen
