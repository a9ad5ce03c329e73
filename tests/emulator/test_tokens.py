"""Tokens that are revoked and rotated."""

from __future__ import annotations

import pytest

from gradient_async import AuthenticationError, Client, RateLimitError, RetryPolicy
from gradient_async.emulator import Emulator, Window

ONCE = RetryPolicy(attempts=1)


async def count_jobs(api: Emulator, token: str) -> int:
    """List the jobs of a token's account, with a new client."""
    async with Client(token, base_url=api.url, retry=ONCE) as client:
        return len(await client.iter_indexing_jobs().collect())


async def test_a_revoked_token_is_refused() -> None:
    """Only that token is refused, while its data can still be inspected."""
    async with Emulator(jobs=3, accounts=2) as api:
        api.revoke(api.tokens[1])
        with pytest.raises(AuthenticationError):
            await count_jobs(api, api.tokens[1])

        assert 3 == await count_jobs(api, api.token)
        assert 3 == len(api.jobs(api.tokens[1]))
        assert [None, 0] == [request.account for request in api.requests]


async def test_a_rotated_token_is_replaced() -> None:
    """The new token has the account's data; the old one is refused, and unknown."""
    async with Emulator(jobs=3, accounts=2) as api:
        old = api.tokens
        new = api.rotate(old[1])
        assert (old[0], new) == api.tokens
        assert new not in old
        with pytest.raises(AuthenticationError):
            await count_jobs(api, old[1])
        uuids = api.job_uuids(new)

        assert 3 == await count_jobs(api, new)
        assert 3 == len(uuids)
        with pytest.raises(ValueError, match="no account of this emulator"):
            api.jobs(old[1])


async def test_by_default_it_is_the_first_token() -> None:
    """Revoking without a token and rotating after that lead to a token that works."""
    async with Emulator(jobs=3) as api:
        api.revoke()
        with pytest.raises(AuthenticationError):
            await count_jobs(api, api.token)
        tokens = [api.rotate(), api.rotate()]

        assert 2 == len(set(tokens))
        assert tokens[1] == api.token
        assert 3 == await count_jobs(api, api.token)


async def test_a_new_token_has_limits_of_its_own() -> None:
    """What the old token has used does not count for the new one, whose limits hold."""
    async with Emulator(jobs=3, limits=[Window(1, 60.0)]) as api:
        for _ in range(2):
            assert 3 == await count_jobs(api, api.token)
            with pytest.raises(RateLimitError):
                await count_jobs(api, api.token)
            api.rotate()


@pytest.mark.parametrize("change", [Emulator.revoke, Emulator.rotate])
def test_unknown_tokens(change: object) -> None:
    """A token of no account is an error that does not show it."""
    assert callable(change)
    with pytest.raises(ValueError, match="see `Emulator") as caught:
        change(Emulator(jobs=0), "other-token")

    assert "other-token" not in str(caught.value)
