"""What `async for` iterates over: jobs as they come."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, NoReturn

from gradient_async.errors import GradientError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.waiting.follower import Follower


class JobStream(ABC):
    """
    Jobs as following them brings them; an iterator object.

    Nothing runs between two items, so the loop may be left without more ado, and
    taken up again. Several tasks may share one: each item goes to one of them.
    """

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._turn = asyncio.Lock()
        self._failure: GradientError | None = None

    def __aiter__(self) -> AsyncIterator[IndexingJob]:
        """Iterate from where the last iteration stopped."""
        return self

    async def __anext__(self) -> IndexingJob:
        """
        Give the next job; look as often as it takes.

        Raises:
            IndexingJobTimeoutError: The time is up; nothing comes after that.
            GradientError: A look failed for good; iterating on looks again.
        """
        async with self._turn:
            while (job := self._at_hand()) is None:
                self._raise_failure()
                if self._follower.is_over:
                    raise StopAsyncIteration
                await self._look()
            return job

    async def _look(self) -> None:
        """Look, and keep an error back until what was found was given out."""
        try:
            await self._follower.look()
        except GradientError as error:
            self._failure = error

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    @abstractmethod
    def _at_hand(self) -> IndexingJob | None:
        """Give the next job, once, if what was seen shows one."""

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            """Point to the async form."""
            msg = f"a {type(self).__name__} is asynchronous: use `async for`"
            raise TypeError(msg)
