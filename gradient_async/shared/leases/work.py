"""What is done with leases: a task for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeAlias

import attrs

from gradient_async.errors import LeaseLostError
from gradient_async.logger import logger
from gradient_async.shared.leases.lease import Lease, Session
from gradient_async.tick_limit import STARTS_PER_TICK

Work: TypeAlias = Callable[[Lease], Awaitable[None]]
"""Function that looks after the account of a lease."""


@attrs.define(eq=False)
class _Running:
    lease: Lease
    task: asyncio.Task[None]
    is_stopped: bool = False


class LeaseWork:
    """
    The tasks of the leases that a process holds.

    Args:
        work: What each task runs.
        on_stop: Called when a task that was to stop has ended, or one has failed.
    """

    def __init__(self, work: Work, on_stop: Callable[[], None]) -> None:
        self._work = work
        self._on_stop = on_stop
        self._running: dict[str, _Running] = {}
        self._failures = list[tuple[str, BaseException]]()
        self.returned: set[str] = set()
        """Accounts whose work returned."""
        self.lost: set[str] = set()
        """Accounts whose work found that the lease is over."""

    @property
    def leases(self) -> dict[str, Lease]:
        """The leases with a task that is not to stop, by account."""
        return {
            name: it.lease for name, it in self._running.items() if not it.is_stopped
        }

    def is_running(self, account: str) -> bool:
        """Return whether the task of an account has not ended."""
        return account in self._running

    async def start(self, fences: Mapping[str, int], session: Session) -> None:
        """Start the tasks of leases that have none."""
        new = [name for name in fences if name not in self._running]
        for count, account in enumerate(new, 1):
            self._start(Lease(account, fences[account], session))
            if count % STARTS_PER_TICK == 0:
                await asyncio.sleep(0)

    def _start(self, lease: Lease) -> None:
        task = asyncio.create_task(self._run(lease), name=f"lease {lease.account}")
        self._running[lease.account] = _Running(lease, task)
        task.add_done_callback(partial(self._on_end, lease.account))

    async def _run(self, lease: Lease) -> None:
        await self._work(lease)

    def stop_except(self, fences: Mapping[str, int]) -> None:
        """Stop the tasks of all leases but these."""
        for account, running in self._running.items():
            if fences.get(account) != running.lease.fence and not running.is_stopped:
                running.is_stopped = True
                running.task.cancel()

    def raise_failure(self) -> None:
        """
        Raise what a task has raised, the first of them.

        Raises:
            Exception: Any.
        """
        if self._failures:
            raise self._failures.pop(0)[1]

    def log_failures(self) -> None:
        """Log what was not raised, without the texts, which may hold anything."""
        for account, error in self._failures:
            logger.warning(
                "account %s: its work raised %s", account, type(error).__name__
            )

    async def join(self, seconds: float) -> bool:
        """Wait for all tasks for some seconds; return whether they have ended."""
        tasks = [it.task for it in self._running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        return not self._running

    def _on_end(self, account: str, task: asyncio.Task[None]) -> None:
        running = self._running.pop(account)
        running.lease.end()
        error = None if task.cancelled() else task.exception()
        if isinstance(error, LeaseLostError):
            self.lost.add(account)
        elif error is not None:
            self._failures.append((account, error))
        elif not running.is_stopped:
            self.returned.add(account)
            return
        self._on_stop()
