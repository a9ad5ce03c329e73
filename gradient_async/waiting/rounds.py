"""
Decide which requests a poll sends; pure.

A poll fetches every pending job once. A page of the account's list shows 200 jobs for
the price of one `get`, but an old job may be many pages down. So the list is read from
its head for as long as that costs no more than getting the remaining jobs one by one.

If the list cannot be read, the jobs are fetched by id: one first, because if that fails
too, not only the list is down.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging import Page


@attrs.frozen
class ReadPage:
    """Fetch this page of the list."""

    number: int


@attrs.frozen
class GetEach:
    """Get each of these jobs by id."""

    uuids: tuple[str, ...]


Step: TypeAlias = ReadPage | GetEach
"""What a round fetches next."""


class PollRound:
    """
    The requests of one poll: which pages to read and which jobs to get.

    Fetch what `next_step` names and record it (`record_page`, `record_list_failure`,
    `record_gets`), until `next_step` is None.

    Args:
        pending: Ids of the jobs to find.
        page_hints: The page on which each job was last seen or is expected. Updated
            in place for the next round. A job without a hint is expected on page 1.
        use_list: Whether to read the list at all; False gets every job by its id.
    """

    def __init__(
        self,
        pending: Iterable[str],
        page_hints: dict[str, int],
        *,
        use_list: bool = True,
    ) -> None:
        self._missing = dict.fromkeys(pending)
        self._job_count = len(self._missing)
        self._page_hints = page_hints
        self._pages_read = 0
        self._page_count: int | None = None
        self._at_end = not use_list
        self._is_list_down = False
        self._is_probed = False

    @property
    def next_step(self) -> Step | None:
        """What to fetch next; None once every job was found."""
        if not self._missing:
            return None
        if self._is_list_down and not self._is_probed:
            return GetEach((next(iter(self._missing)),))
        # The list may misstate its length, so it is read no further than pays off.
        is_limit_reached = self._pages_read > self._job_count
        is_over = self._at_end or self._is_list_down or is_limit_reached
        if is_over or not self._is_reading_worthwhile():
            return GetEach(tuple(self._missing))
        return ReadPage(self._pages_read + 1)

    def record_page(self, page: Page[IndexingJob]) -> None:
        """Record the page that the latest step named."""
        self._pages_read += 1
        self._page_count = page.pages
        self._at_end = page.is_last
        for job in page.items:
            if job.uuid in self._missing:
                del self._missing[job.uuid]
                self._page_hints[job.uuid] = self._pages_read

    def record_list_failure(self) -> None:
        """Record that the page that the latest step named could not be read."""
        self._is_list_down = True

    def record_gets(self, step: GetEach) -> None:
        """Record that the jobs of the latest step were fetched by id."""
        self._is_probed = True
        for uuid in step.uuids:
            # How far down a job is shows only in a list that was read.
            if not self._is_list_down:
                self._page_hints[uuid] = self._expected_page(uuid)
            del self._missing[uuid]

    def _is_reading_worthwhile(self) -> bool:
        """Whether some further pages cost no more requests than the jobs on them."""
        expected = sorted(self._expected_page(uuid) for uuid in self._missing)
        return any(
            page - self._pages_read <= found
            for found, page in enumerate(expected, start=1)
        )

    def _expected_page(self, uuid: str) -> int:
        """
        Return the unread page on which to expect a job, in the worst case.

        A list that grows at its head pushes a job from the page of its hint to the
        next one. If it is not there either, it may be on any page up to the last.
        """
        hint = self._page_hints.get(uuid, 0)
        if hint == self._pages_read:
            return hint + 1
        if hint > self._pages_read:
            return hint if self._page_count is None else min(hint, self._page_count)
        return self._pages_read + 1 if self._page_count is None else self._page_count
