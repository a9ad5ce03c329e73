"""
Decide what a round asks for; nothing here fetches.

A round looks once at every job that has not ended. One page of the list shows 200
jobs for the price of one `get`, but an old job may stand many pages down. So the list
is read from its head as long as that is no dearer than to get the rest one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page


@attrs.frozen
class ReadPage:
    """Read the page of the list that has this number."""

    number: int


@attrs.frozen
class GetEach:
    """Get these jobs, each by its id; nothing follows."""

    uuids: tuple[str, ...]


Step: TypeAlias = ReadPage | GetEach
"""What to ask for next."""


class Round:
    """
    What one round has asked for, and what it has still to find.

    Take `next_step`, tell what came of it (`take_page`, `take_rest`), and so on
    until it is None. `places` says on which page each job was last seen, or is
    supposed; the round keeps it up to date for the next one. A job without a place
    is looked for on the first page.
    """

    def __init__(
        self, pending: Iterable[str], places: dict[str, int], *, use_list: bool = True
    ) -> None:
        self._missing = dict.fromkeys(pending)
        self._wanted = len(self._missing)
        self._places = places
        self._read = 0
        self._pages: int | None = None
        self._at_end = not use_list

    @property
    def next_step(self) -> Step | None:
        """What to ask for next; None when every job was seen."""
        if not self._missing:
            return None
        # Whatever the list says of its length: by now, to get all would cost less.
        is_enough = self._at_end or self._read > self._wanted
        if is_enough or not self._is_worth_reading():
            return GetEach(tuple(self._missing))
        return ReadPage(self._read + 1)

    def take_page(self, page: Page[IndexingJob]) -> None:
        """Note what the page asked for shows."""
        self._read += 1
        self._pages = page.pages
        self._at_end = _is_last(self._read, page)
        for job in page.items:
            if job.uuid in self._missing:
                del self._missing[job.uuid]
                self._places[job.uuid] = self._read

    def take_rest(self) -> None:
        """Note that the others were got one by one."""
        self._places.update({uuid: self._supposed(uuid) for uuid in self._missing})
        self._missing.clear()

    def _is_worth_reading(self) -> bool:
        """Say whether some more pages cost no more than to get the jobs on them."""
        places = sorted(self._supposed(uuid) for uuid in self._missing)
        return any(
            place - self._read <= shown for shown, place in enumerate(places, start=1)
        )

    def _supposed(self, uuid: str) -> int:
        """
        Say on which page, of those not read yet, a job is to be expected at worst.

        Growth at the head pushes a job over the edge of its page, so the next one is
        tried first. A job that is not there either may be anywhere.
        """
        place = self._places.get(uuid, 0)
        if place == self._read:
            return place + 1
        if place > self._read:
            return place if self._pages is None else min(place, self._pages)
        return self._read + 1 if self._pages is None else self._pages


def _is_last(number: int, page: Page[IndexingJob]) -> bool:
    """Believe the count of pages; without one, the link or an empty page."""
    if page.pages is not None:
        return number >= page.pages
    return not page.has_next or not page.items
