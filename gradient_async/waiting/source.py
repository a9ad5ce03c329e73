"""Where jobs are read, and which of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page
from gradient_async.transport.wire import encode_id

TIMEOUT: Final = 3600.0
"""Seconds to wait for jobs by default."""


class JobSource(Protocol):
    """Where jobs are read: calls of the API, each with its own retries."""

    async def get(self, uuid: str, /) -> IndexingJob:
        """Give one job."""
        ...

    async def page(self, page: int, per_page: int, /) -> Page[IndexingJob]:
        """Give one page of the list, counted from 1, newest first, 200 at most."""
        ...

    async def cancel(self, uuid: str, /) -> IndexingJob:
        """Cancel one job, and give it as it is then."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Let time pass; raise when the client is closed meanwhile."""
        ...


def check_uuid(value: str) -> str:
    """
    Give an id as it is, if it can be one.

    Raises:
        ConfigurationError: It is no string, or could lead to another path.
    """
    encode_id("uuid", value)
    return value


def check_uuids(values: Iterable[str]) -> tuple[str, ...]:
    """
    Give several ids, in their order.

    Raises:
        ConfigurationError: They are no iterable of ids; one string alone is none.
    """
    if isinstance(values, str):
        msg = f"uuids must be several ids, not one string: write [{values!r}]"
        raise ConfigurationError(msg)
    check_instance("uuids", values, Iterable)
    return tuple(check_uuid(value) for value in values)
