"""What waits to be handled: events, keys and notes, in the order of arrival."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import Self, TypeAlias

import attrs

from gradient_async.changes import FeedEvent


@attrs.frozen
class KeyPress:
    """A key was pressed."""

    name: str
    """Its letter, or its name."""


@attrs.frozen
class Note:
    """Something to tell the user in one line."""

    text: str
    """The line."""


Message: TypeAlias = FeedEvent | KeyPress | Note
"""What arrives in an inbox."""

Source: TypeAlias = Callable[
    [Callable[[FeedEvent], None]], Coroutine[object, object, None]
]
"""An async function that passes each event to the function that it gets."""


class Inbox:
    """
    Collects messages, and runs the tasks that send them; the tasks end with it.

    Args:
        sources: Where events come from.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._messages: list[Message] = []
        self._woken = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    async def __aenter__(self) -> Self:
        """Start the sources."""
        for source in self._sources:
            self.start(source(self.put))
        return self

    async def __aexit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        """End all tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run a task until it or the inbox ends; its error is raised by `take`."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_end)

    def put(self, message: Message) -> None:
        """Add a message."""
        self._messages.append(message)
        self._woken.set()

    async def take(self, seconds: float) -> list[Message]:
        """
        Return what has arrived; waits for something, but at most `seconds`.

        Raises:
            GradientError: A task failed; what had arrived before is returned first.
        """
        timer = asyncio.get_running_loop().call_later(seconds, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
        self._woken.clear()
        messages, self._messages = self._messages, []
        if self._failure is not None and not messages:
            raise self._failure
        return messages

    def _on_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()):
            self._failure = failure
            self._woken.set()
