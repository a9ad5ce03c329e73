"""The emulated platform: all accounts, the clock and the object store."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from gradient_async.emulator.core.clock import Clock
from gradient_async.emulator.core.limiter import RateLimiter, Window
from gradient_async.emulator.core.timestamps import SECOND
from gradient_async.emulator.domain.accounts import Account
from gradient_async.emulator.domain.jobs.history import UNFINISHED_JOBS
from gradient_async.emulator.domain.storage import ObjectStore, StoredObject


@attrs.frozen(kw_only=True)
class Platform:
    """Everything that outlives a restart of the server."""

    accounts: tuple[Account, ...]
    clock: Clock
    store: ObjectStore
    database_time: int
    """Nanoseconds that it takes to create a database."""
    auto_index: bool
    """Whether creating a knowledge base with data sources starts a job."""

    def find_account(self, token: str) -> Account | None:
        """Return the account of a token, revoked or not, if there is one."""
        return next((it for it in self.accounts if it.token == token), None)

    def authenticate(self, token: str) -> Account | None:
        """Return the account of a token that is accepted, if there is one."""
        account = self.find_account(token)
        return None if account is None or account.is_revoked else account


def bootstrap(
    *,
    jobs: int,
    unfinished: int,
    accounts: int,
    seed: int,
    limits: Sequence[Window] | None,
    count_refused: bool,
    speed: float,
    database_seconds: float,
    auto_index: bool,
) -> Platform:
    """Create a platform with seeded data; the arguments are those of an `Emulator`."""
    if accounts < 1 or jobs < 0:
        msg = "an emulator needs at least 1 account and at least 0 jobs"
        raise ValueError(msg)
    if unfinished not in range(UNFINISHED_JOBS + 1):
        msg = f"unfinished must be 0 to {UNFINISHED_JOBS}, got {unfinished!r}"
        raise ValueError(msg)
    if not 0 <= database_seconds < math.inf:
        msg = f"database_seconds must be a number from 0, got {database_seconds!r}"
        raise ValueError(msg)
    limiters = [
        None if limits is None else RateLimiter(limits, count_refused=count_refused)
        for _ in range(accounts)
    ]
    created = tuple(
        Account.create(
            index, jobs=jobs, unfinished=unfinished, seed=seed, limiter=limiter
        )
        for index, limiter in enumerate(limiters)
    )
    return Platform(
        accounts=created,
        clock=Clock(speed=speed),
        store=_create_store(seed, created),
        database_time=round(database_seconds * SECOND),
        auto_index=auto_index,
    )


def _create_store(seed: int, accounts: Sequence[Account]) -> ObjectStore:
    """Create an object store that holds the files of the seeded data sources."""
    # Derived from the seed: the same arguments give the same presigned URLs.
    store = ObjectStore(f"secret of {seed}".encode())
    for account in accounts:
        for source in account.data_sources().values():
            if source.object_key is not None:
                _, size = source.measure()
                # Without it, jobs would fail for want of the file.
                store.stored[source.object_key] = StoredObject(
                    owner=account.index, size=size, at=source.created_at
                )
    return store
