"""Tokens that are replaced while a program runs: the first 401 is not the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest
import pytest_asyncio

from gradient_async import (
    AuthenticationError,
    Client,
    GradientError,
    OutcomeUnknownError,
    RetryPolicy,
    TokenError,
)
from gradient_async.accounts import CommandToken, FileToken
from gradient_async.emulator import Emulator
from gradient_async.transport.credentials import Secret
from gradient_async.transport.token_status import TokenStatus

LIST = "/v2/gen-ai/indexing_jobs"
OLD = "dop_v1_old"


@attrs.define
class Vault:
    """A token function, whose token can be replaced; it counts its calls."""

    token: str
    calls: int = 0

    def __call__(self) -> str:
        """Return the current token."""
        self.calls += 1
        return self.token


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Start an emulator that knows one token, and not the one before it."""
    async with Emulator(jobs=450, limits=None) as emulator:
        yield emulator


def statuses(api: Emulator) -> list[int | None]:
    """Return the status of each request."""
    return [request.status for request in api.requests]


class Rotation:
    """A function that returns the old token once, and then the new one."""

    def __init__(self, new: str) -> None:
        self._tokens = [new, OLD]

    def __call__(self) -> str:
        """Return the next token."""
        return self._tokens.pop() if len(self._tokens) > 1 else self._tokens[0]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_rotated_token_is_used_at_once(method: str, api: Emulator) -> None:
    """A 401 is followed by one attempt with the new token; it was not executed."""
    async with Client(Rotation(api.token), base_url=api.url) as client:
        outcome = client.request(method, LIST, json=None if method == "GET" else {})
        result = await asyncio.gather(outcome, return_exceptions=True)

    assert [401, 200 if method == "GET" else 404] == statuses(api), result


async def test_the_hook_sees_both_attempts(api: Emulator) -> None:
    """The refused attempt is reported with a retry that follows at once."""
    seen: list[tuple[int | None, float | None]] = []
    async with Client(
        Rotation(api.token),
        base_url=api.url,
        on_attempt=lambda it: seen.append((it.status, it.retry_in)),
    ) as client:
        await client.request("GET", LIST)

    assert [(401, 0.0), (200, None)] == seen


async def test_the_same_token_is_not_sent_again(api: Emulator) -> None:
    """If the function returns the refused token again, the 401 is final."""
    vault = Vault(OLD)
    async with Client(vault, base_url=api.url) as client:
        with pytest.raises(AuthenticationError):
            await client.request("GET", LIST)

    assert ([401], 2) == (statuses(api), vault.calls)


async def test_a_token_string_is_not_sent_again(api: Emulator) -> None:
    """A token that is a string cannot change, so its 401 is final."""
    async with Client(OLD, base_url=api.url) as client:
        with pytest.raises(AuthenticationError):
            await client.request("GET", LIST)

    assert [401] == statuses(api)


async def test_only_one_more_attempt(api: Emulator) -> None:
    """A function with a new token each time gets one more attempt, not a storm."""
    tokens = iter(f"dop_v1_{number}" for number in range(9))
    async with Client(lambda: next(tokens), base_url=api.url) as client:
        with pytest.raises(AuthenticationError):
            await client.request("GET", LIST)

    assert [401, 401] == statuses(api)


async def test_a_policy_without_retries(api: Emulator) -> None:
    """With one attempt only, a 401 is final, too."""
    async with Client(
        Rotation(api.token), base_url=api.url, retry=RetryPolicy(attempts=1)
    ) as client:
        with pytest.raises(AuthenticationError):
            await client.request("GET", LIST)


async def test_a_function_that_fails_after_a_refusal(api: Emulator) -> None:
    """If the function fails after a 401, the 401 is the error."""
    tokens = [OLD]

    def provide() -> str:
        return tokens.pop()

    async with Client(provide, base_url=api.url) as client:
        with pytest.raises(AuthenticationError):
            await client.request("GET", LIST)
        with pytest.raises(TokenError):
            await client.request("GET", LIST)


async def test_a_deadline_during_the_renewal(api: Emulator) -> None:
    """A function that is slow after a 401 ends the call in time, with its cause."""
    calls: list[int] = []

    async def provide() -> str:
        calls.append(1)
        await asyncio.sleep(100.0 if len(calls) > 1 else 0.0)
        return OLD

    async with Client(provide, base_url=api.url, timeout=5.0) as client:
        with pytest.raises(GradientError, match="no response within 5 s") as caught:
            await client.request("POST", LIST, json={})

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert isinstance(caught.value.__cause__, AuthenticationError)


@attrs.define
class Rotating:
    """A token function: after `rotate`, its next result is the old token once more."""

    token: str
    _stale: int = 0

    def rotate(self) -> None:
        """Make the next call return a token that was replaced just now."""
        self._stale = 1

    def __call__(self) -> str:
        """Return the current token, as far as the function knows."""
        if self._stale:
            self._stale -= 1
            return OLD
        return self.token


async def test_a_stream_survives_a_rotation(api: Emulator) -> None:
    """A list is read to its end, although the token is replaced on the way."""
    vault = Rotating(api.token)
    async with Client(vault, base_url=api.url) as client:
        uuids = []
        async for job in client.iter_indexing_jobs(per_page=50):
            uuids.append(job.uuid)
            if len(uuids) == 120:
                vault.rotate()

    assert list(api.job_uuids()) == uuids
    assert 1 == statuses(api).count(401)


@pytest.mark.real_time
@pytest.mark.parametrize("kind", ["file", "command"])
async def test_a_token_that_is_kept_is_read_anew(
    kind: str, api: Emulator, tmp_path: Path
) -> None:
    """After a 401, a token source does not return the token that it keeps."""
    path = tmp_path / "token"
    path.touch(mode=0o600)
    path.write_text(OLD)
    source = FileToken(path) if kind == "file" else CommandToken(["cat", str(path)])

    assert OLD == await source()

    path.write_text(api.token)
    async with Client(source, base_url=api.url) as client:
        await asyncio.gather(*(client.request("GET", LIST) for _ in range(5)))

    assert [401] * 5 + [200] * 5 == sorted(statuses(api), key=str, reverse=True)
    assert api.token == await source()


async def test_only_the_refused_token_is_forgotten(tmp_path: Path) -> None:
    """A late 401 of an old token does not make a newer one be read again."""
    path = tmp_path / "token"
    path.touch(mode=0o600)
    path.write_text("dop_v1_new")
    source = FileToken(path)
    await source()
    path.unlink()
    source.forget(OLD)

    assert "dop_v1_new" == await source()


def test_late_refusals_of_older_tokens() -> None:
    """A late 401 of an old token leaves the refusal of a newer one as it is."""
    old, new = Secret(OLD), Secret("dop_v1_new")
    status = TokenStatus(refused_for=300.0)
    status.refuse(new, AuthenticationError("no", status=401), 10.0)
    status.refuse(old, AuthenticationError("no", status=401), 11.0)

    for secret in (old, new):
        with pytest.raises(AuthenticationError):
            status.check(secret, 12.0)


def test_refusals_are_not_kept_for_ever() -> None:
    """A refusal that has expired is forgotten when another token is refused."""
    status = TokenStatus(refused_for=300.0)
    status.refuse(Secret(OLD), AuthenticationError("no", status=401), 0.0)
    status.refuse(Secret("dop_v1_new"), AuthenticationError("no", status=401), 300.0)

    assert not status.begin(Secret(OLD), 301.0)
