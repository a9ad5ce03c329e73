"""The lists of several accounts as one stream."""

from __future__ import annotations

from collections.abc import Mapping
from operator import length_hint
from typing import Generic, TypeVar

from gradient_async.accounts.account_client import AccountClient
from gradient_async.accounts.lane import Lane
from gradient_async.accounts.merged_stream import MergedStream, StreamOptions
from gradient_async.accounts.positions import AccountPosition, StreamPosition
from gradient_async.errors import ConfigurationError
from gradient_async.paging.list_reader import ListReader

T = TypeVar("T")


class ListSource(Generic[T]):
    """
    The list of one account, whose position holds for its base URL and token.

    Args:
        client: Client of the account.
        reader: Reader of the list; another one begins at `start`.
        start: Position to begin at; None means where the reader begins.
        prefetch: Number of pages to request at a time.
    """

    def __init__(
        self,
        client: AccountClient,
        reader: ListReader[T],
        start: AccountPosition | None,
        *,
        prefetch: int,
    ) -> None:
        position = None if start is None else start.position
        self._client = client
        self._reader = reader.restart(start=position, prefetch=prefetch)
        self._start = start
        self._fingerprint: str | None = None

    @property
    def at_end(self) -> bool:
        """Whether no page is left to be fetched."""
        return self._was_complete or self._reader.at_end

    @property
    def is_complete(self) -> bool:
        """Whether every item of the list was taken, now or before the start."""
        return self._was_complete or self._reader.is_complete

    @property
    def drift(self) -> bool:
        """Whether the list changed in a way that may have hidden items."""
        return self._reader.drift

    @property
    def position(self) -> AccountPosition | None:
        """Where to go on; None before the first request."""
        if self._fingerprint is None:
            return self._start
        position = None if self.is_complete else self._reader.position
        return AccountPosition(fingerprint=self._fingerprint, position=position)

    @property
    def _was_complete(self) -> bool:
        return self._start is not None and self._start.position is None

    async def advance(self) -> bool:
        """
        Fetch the next page.

        Raises:
            ConfigurationError: The position is of another account.
            GradientError: The page could not be fetched.
        """
        if self._fingerprint is None:
            self._fingerprint = await self._check_fingerprint()
        return not self._was_complete and await self._reader.advance()

    @property
    def has_items(self) -> bool:
        """Whether there is an item to take."""
        return length_hint(self._reader.items) > 0

    def peek(self) -> T | None:
        """Return the next item without taking it; None if it takes a request."""
        return self._reader.peek()

    def take(self) -> T:
        """Take the item that `peek` returns."""
        return next(self._reader.items)

    async def _check_fingerprint(self) -> str:
        fingerprint = await self._client.fingerprint()
        if self._start is not None and self._start.fingerprint != fingerprint:
            msg = "the position to start from is one of another base URL or token"
            raise ConfigurationError(msg)
        return fingerprint

    def cancel(self) -> None:
        """Cancel pending requests."""
        self._reader.cancel()

    async def aclose(self) -> None:
        """Cancel pending requests, and wait until they have ended."""
        await self._reader.aclose()


class AccountStream(MergedStream[T]):
    """
    The lists of several accounts as one stream, see `Accounts.iter_indexing_jobs`.

    Within each account, the items come as from its `Paginator`: each once, in order.
    """

    def __init__(
        self, sources: Mapping[str, ListSource[T]], options: StreamOptions
    ) -> None:
        self._sources = sources
        lanes = [Lane(name, source) for name, source in sources.items()]
        super().__init__(lanes, options)

    @property
    def position(self) -> StreamPosition:
        """
        The position right after the latest item; pass it as `start=` to resume.

        Accounts that were not asked yet are missing, and begin at the beginning.
        """
        positions = {name: it.position for name, it in self._sources.items()}
        return StreamPosition(
            {name: it for name, it in positions.items() if it is not None}
        )
