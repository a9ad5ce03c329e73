"""Wait until the database of a knowledge base is ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from gradient_async.checks import check_seconds
from gradient_async.errors import DatabaseFailedError, DatabaseTimeoutError
from gradient_async.logger import logger
from gradient_async.models.knowledge_bases import DatabaseStatus, KnowledgeBase
from gradient_async.waiting.clock import CLOCK
from gradient_async.waiting.failures import PollLog
from gradient_async.waiting.messages import excerpt, short_name
from gradient_async.waiting.schedule import PollSchedule, ScheduledPoll

DATABASE_TIMEOUT: Final = 1800.0
"""Default timeout for a database to get ready, in seconds."""

# These do not become ONLINE by themselves.
_FAILED: Final = frozenset({DatabaseStatus.DECOMMISSIONED, DatabaseStatus.UNHEALTHY})


class DatabasePoller:
    """
    Polls a knowledge base by a schedule until its database is ready.

    Args:
        get: Fetches the knowledge base.
        sleep: Sleeps; raises once the client is closed.
        uuid: Id of the knowledge base.
        timeout: Seconds from the creation of this object to the deadline.

    Raises:
        ConfigurationError: `timeout` is not a finite number of seconds above 0.
    """

    def __init__(
        self,
        get: Callable[[str], Awaitable[KnowledgeBase]],
        sleep: Callable[[float], Awaitable[None]],
        uuid: str,
        *,
        timeout: float,
    ) -> None:
        check_seconds("timeout", timeout)
        self._get = get
        self._sleep = sleep
        self._uuid = uuid
        self._timeout = timeout
        self._schedule = PollSchedule(started=CLOCK.now(), timeout=timeout)
        self._polls = PollLog(self._schedule)
        self._latest: KnowledgeBase | None = None

    async def run(self) -> KnowledgeBase:
        """
        Poll until the database is ready, and return the knowledge base.

        Raises:
            DatabaseFailedError: It will not become ready.
            DatabaseTimeoutError: It did not become ready before the deadline.
            GradientError: A poll failed, and the failure is not transient or no poll
                has succeeded yet.
        """
        while poll := self._schedule.next_poll(CLOCK.now()):
            await CLOCK.sleep_until(poll.at, self._sleep)
            try:
                async with CLOCK.timeout_at(poll.until) as scope:
                    await self._poll(poll)
            except TimeoutError:
                if not scope.expired():
                    raise
                break
            if self._latest is not None and is_online(self._latest):
                return self._latest
        raise self._timeout_error() from self._polls.latest_failure

    async def _poll(self, poll: ScheduledPoll) -> None:
        is_first = self._latest is None
        failure = await self._polls.run(poll, self._fetch, is_first=is_first)
        if failure is not None:
            name = type(failure).__name__
            logger.warning("polling a knowledge base failed (%s), polling again", name)

    async def _fetch(self) -> None:
        self._latest = await self._get(self._uuid)
        check_database(self._latest)

    def _timeout_error(self) -> DatabaseTimeoutError:
        status = "never seen" if self._latest is None else status_name(self._latest)
        text = (
            f"the database of knowledge base {excerpt(self._uuid)} was not ready "
            f"within {self._timeout:g} s ({status})"
        )
        base = self._latest or KnowledgeBase(uuid=self._uuid)
        error = DatabaseTimeoutError(text, knowledge_base=base)
        return error.complete(elapsed=CLOCK.now() - self._schedule.started)


def is_online(knowledge_base: KnowledgeBase) -> bool:
    """Return whether the database of a knowledge base is ready."""
    return knowledge_base.database_status is DatabaseStatus.ONLINE


def status_name(knowledge_base: KnowledgeBase) -> str:
    """Return the state of a knowledge base's database, safe to print."""
    status = knowledge_base.database_status
    return "unknown" if status is None else short_name(status)


def check_database(knowledge_base: KnowledgeBase) -> None:
    """
    Raise if waiting for the database of a knowledge base is pointless.

    Raises:
        DatabaseFailedError: It is decommissioned or unhealthy.
    """
    if knowledge_base.database_status in _FAILED:
        text = (
            f"the database of knowledge base {excerpt(knowledge_base.uuid)} is "
            f"{status_name(knowledge_base)}"
        )
        raise DatabaseFailedError(text, knowledge_base=knowledge_base)
