"""The lists of several accounts as one stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import length_hint
from typing import Generic, TypeVar

from gradient_async.accounts.account_client import AccountClient
from gradient_async.accounts.lane import Lane
from gradient_async.accounts.merged_stream import MergedStream, StreamOptions
from gradient_async.accounts.positions import AccountPosition, StreamPosition
from gradient_async.checks import check_instance
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError
from gradient_async.paging import Paginator
from gradient_async.paging.list_reader import ListReader

T = TypeVar("T")


class ListSource(Generic[T]):
    """
    The list of one account, whose position holds for its base URL and token.

    Args:
        open_client: Returns the client of the account; called by `open`.
        build: Returns the paginator of a client, of which only `start` and `prefetch`
            are replaced.
        start: Position to begin at; None means where the paginator begins.
        prefetch: Number of pages to request at a time.
    """

    def __init__(
        self,
        open_client: Callable[[], AccountClient],
        build: Callable[[Client], Paginator[T]],
        start: AccountPosition | None,
        *,
        prefetch: int,
    ) -> None:
        self._open_client = open_client
        self._build = build
        self._start = start
        self._prefetch = prefetch
        self._client: AccountClient | None = None
        self._reader: ListReader[T] | None = None
        self._fingerprint: str | None = None

    @property
    def at_end(self) -> bool:
        """Whether no page is left to be fetched."""
        return self._was_complete or (self._reader is not None and self._reader.at_end)

    @property
    def is_complete(self) -> bool:
        """Whether every item of the list was taken, now or before the start."""
        reader = self._reader
        return self._was_complete or (reader is not None and reader.is_complete)

    @property
    def drift(self) -> bool:
        """Whether the list changed in a way that may have hidden items."""
        return self._reader is not None and self._reader.drift

    @property
    def position(self) -> AccountPosition | None:
        """Where to go on; None before the first request."""
        if self._fingerprint is None or self._reader is None:
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
        client, reader = self.open()
        if self._fingerprint is None:
            self._fingerprint = await self._check_fingerprint(client)
        return not self._was_complete and await reader.advance()

    def open(self) -> tuple[AccountClient, ListReader[T]]:
        """
        Return the client and the reader, created the first time.

        Raises:
            ClientClosedError: The account was removed.
            ConfigurationError: An argument is invalid.
        """
        if self._client is None or self._reader is None:
            client = self._open_client()
            paginator = self._build(client)
            check_instance("the result of `build`", paginator, Paginator)
            start = None if self._start is None else self._start.position
            self._reader = paginator.reader.restart(
                start=start, prefetch=self._prefetch
            )
            self._client = client
        return self._client, self._reader

    @property
    def has_items(self) -> bool:
        """Whether there is an item to take."""
        return self._reader is not None and length_hint(self._reader.items) > 0

    def peek(self) -> T | None:
        """Return the next item without taking it; None if it takes a request."""
        return None if self._reader is None else self._reader.peek()

    def take(self) -> T:
        """Take the item that `peek` returns."""
        assert self._reader is not None
        return next(self._reader.items)

    async def _check_fingerprint(self, client: AccountClient) -> str:
        fingerprint = await client.fingerprint()
        if self._start is not None and self._start.fingerprint != fingerprint:
            msg = "the position to start from is one of another base URL or token"
            raise ConfigurationError(msg)
        return fingerprint

    def cancel(self) -> None:
        """Cancel pending requests."""
        if self._reader is not None:
            self._reader.cancel()

    async def aclose(self) -> None:
        """Cancel pending requests, and wait until they have ended."""
        if self._reader is not None:
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
