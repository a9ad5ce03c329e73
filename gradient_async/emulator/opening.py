"""What there is before the first request: accounts, their data, and the time."""

from __future__ import annotations

from collections.abc import Sequence

from gradient_async.emulator.accounts import Account
from gradient_async.emulator.clock import Clock
from gradient_async.emulator.http.limiter import SlidingLog, Window
from gradient_async.emulator.http.network import Network
from gradient_async.emulator.state import State
from gradient_async.emulator.storage.object_store import ObjectStore, StoredObject


def open_state(
    *,
    jobs: int,
    accounts: int,
    seed: int,
    limits: Sequence[Window] | None,
    count_refused: bool,
    latency: float,
    jitter: float,
    speed: float,
) -> State:
    """
    Open the accounts; the arguments are those of an `Emulator`.

    Raises:
        ValueError: A number is too small, or `limits` is empty.
    """
    if accounts < 1 or jobs < 0:
        msg = "an emulator needs at least one account, and no fewer than 0 jobs"
        raise ValueError(msg)
    limiters = [_limiter(limits, count_refused=count_refused) for _ in range(accounts)]
    opened = tuple(
        Account.open(index, jobs=jobs, seed=seed, limiter=limiter)
        for index, limiter in enumerate(limiters)
    )
    return State(
        accounts=opened,
        network=Network.seeded(seed, latency=latency, jitter=jitter),
        clock=Clock(speed=speed),
        store=_open_store(seed, opened),
    )


def _open_store(seed: int, accounts: Sequence[Account]) -> ObjectStore:
    """Open an object store in which the files of the first data sources lie."""
    store = ObjectStore(f"secret of {seed}".encode())
    for account in accounts:
        for source in account.sources().values():
            if source.object_key is not None:
                _, size = source.measure()
                stored = StoredObject(
                    owner=account.index, size=size, at=source.created_at
                )
                store.keep(source.object_key, stored)
    return store


def _limiter(
    limits: Sequence[Window] | None, *, count_refused: bool
) -> SlidingLog | None:
    """Make the limiter of one account, if there are limits."""
    if limits is None:
        return None
    return SlidingLog(limits, count_refused=count_refused)
