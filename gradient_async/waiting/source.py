"""The API calls that polling needs, and the ids they take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Protocol

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page
from gradient_async.transport.endpoint import encode_id

TIMEOUT: Final = 3600.0
"""Default timeout for jobs to finish, in seconds."""

# A call's deadline includes its time in the pacing queue, where more would only wait.
_CONCURRENCY: Final = 16


class JobSource(Protocol):
    """The API calls that polling needs, each with its own deadline and retries."""

    async def get(self, uuid: str, /) -> IndexingJob:
        """Fetch a job."""
        ...

    async def fetch_page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Fetch a page of the account's jobs, newest first, counted from 1."""
        ...

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel a job and return its new state."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Sleep; raise `ClientClosedError` once the client is closed."""
        ...


async def run_bounded(
    act: Callable[[str], Awaitable[None]], uuids: Iterable[str]
) -> dict[str, Exception]:
    """
    Run `act` for each job, 16 at a time, and return the errors in the order given.

    An error does not stop the others. If the caller is cancelled, all running calls
    are cancelled and awaited.
    """
    slots = asyncio.Semaphore(_CONCURRENCY)

    async def run(uuid: str) -> Exception | None:
        async with slots:
            try:
                await act(uuid)
            except Exception as error:  # noqa: BLE001  (returned to the caller)
                return error
        return None

    async with asyncio.TaskGroup() as group:
        tasks = {uuid: group.create_task(run(uuid)) for uuid in uuids}
    outcomes = {uuid: task.result() for uuid, task in tasks.items()}
    return {uuid: error for uuid, error in outcomes.items() if error is not None}


def check_uuids(values: Iterable[str]) -> tuple[str, ...]:
    """
    Return the ids as a tuple, in the order given.

    Raises:
        ConfigurationError: `values` is a single string or not iterable, or one of
            the ids is invalid.
    """
    if isinstance(values, str):
        msg = f"uuids must be a list of ids, not a string: write [{values!r}]"
        raise ConfigurationError(msg)
    check_instance("uuids", values, Iterable)
    uuids = tuple(values)
    # Encoding is the check; the result is needed only later, in each request.
    for uuid in uuids:
        encode_id("uuid", uuid)
    return uuids
