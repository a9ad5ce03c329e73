"""The options that choose indexing jobs, and the stream of those chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

import attrs
from cyclopts import Parameter, Token
from cyclopts.validators import Number

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.selection import find_base_everywhere
from gradient_async.cli.time_arguments import parse_time
from gradient_async.client import Client
from gradient_async.errors import GradientError, UnknownNameError
from gradient_async.models import IndexingJob, IndexingJobStatus
from gradient_async.paging import Paginator
from gradient_async.resources.job_filter import JobFilters

_RUNNING: Final = (IndexingJobStatus.PENDING, IndexingJobStatus.IN_PROGRESS)
_FAILED: Final = (IndexingJobStatus.FAILED, IndexingJobStatus.PARTIAL)


def _parse_time(_: object, tokens: Sequence[Token]) -> datetime:
    return parse_time(tokens[0].value, now=datetime.now(UTC))


def _parse_statuses(
    _: object, tokens: Sequence[Token]
) -> tuple[IndexingJobStatus, ...]:
    names = ",".join(token.value for token in tokens).split(",")
    return tuple(IndexingJobStatus.parse(name.strip()) for name in names)


@Parameter(name="*", group="Jobs")
@attrs.frozen(kw_only=True)
class BaseJobOptions:
    """Which jobs a command is about, whatever became of them."""

    knowledge_base: Annotated[
        str | None, Parameter(name=("--knowledge-base", "--kb"), show_default=False)
    ] = None
    """Keep only jobs of the knowledge base with this name or id."""
    since: Annotated[
        datetime | None,
        Parameter(name="--since", converter=_parse_time, show_default=False),
    ] = None
    """Keep only jobs created at this time or later: `today`, `7d`, `24h`, `90m`,
    `2026-01-31` or an RFC 3339 time."""
    until: Annotated[
        datetime | None,
        Parameter(name="--until", converter=_parse_time, show_default=False),
    ] = None
    """Keep only jobs created before this time, in the same forms."""

    async def open_stream(
        self,
        chosen: accounts.Accounts,
        *,
        on_error: accounts.OnError,
        start: accounts.StreamPosition | None = None,
        max_items: int | None = None,
    ) -> accounts.AccountStream[IndexingJob]:
        """
        Return the jobs of all accounts, newest first.

        Those of a knowledge base are read in the accounts that have it alone.

        Raises:
            GradientError: No account has the knowledge base; or it could not be looked
            up in one, and `on_error` is "raise".
        """
        bases: dict[str, str | None] = dict.fromkeys(chosen)
        if self.knowledge_base is not None:
            found = await find_base_everywhere(chosen, self.knowledge_base)
            if on_error == "raise":
                _raise_for_lookups(found.errors.values())
            bases = {**found}

        def build(client: Client) -> Paginator[IndexingJob]:
            filters = self.filters()
            filters["knowledge_base_uuid"] = bases[client.account]
            return client.iter_indexing_jobs(**filters)

        return chosen.select(names=list(bases)).stream(
            build, order="newest", max_items=max_items, on_error=on_error, start=start
        )

    def filters(self) -> JobFilters:
        """Return the filters that are the same in all accounts."""
        return JobFilters(created_after=self.since, created_before=self.until)


def _raise_for_lookups(errors: Iterable[GradientError]) -> None:
    """Raise an error other than that an account has no such knowledge base."""
    for error in errors:
        if not isinstance(error, UnknownNameError):
            raise error


@Parameter(name="*", group="Jobs")
@attrs.frozen(kw_only=True)
class JobOptions(BaseJobOptions):
    """Which jobs a command is about."""

    running: Annotated[
        bool, Parameter(name="--running", negative=(), show_default=False)
    ] = False
    """Keep only jobs that are pending or in progress."""
    failed: Annotated[
        bool, Parameter(name="--failed", negative=(), show_default=False)
    ] = False
    """Keep only jobs that failed, in whole or in part."""
    # Without `negative=()`, cyclopts would add an option `--empty-status`.
    statuses: Annotated[
        tuple[IndexingJobStatus, ...],
        Parameter(
            name="--status", negative=(), converter=_parse_statuses, show_default=False
        ),
    ] = ()
    """Keep only jobs with this status. Separate several with commas, as in
    `failed,partial`, or repeat the option."""
    limit: Annotated[
        int | None,
        Parameter(name="--limit", validator=Number(gte=0), show_default=False),
    ] = None
    """Maximum number of jobs."""

    @property
    def all_statuses(self) -> tuple[IndexingJobStatus, ...]:
        """The statuses to keep; empty keeps all."""
        return (
            *self.statuses,
            *(_RUNNING if self.running else ()),
            *(_FAILED if self.failed else ()),
        )

    def filters(self) -> JobFilters:
        """Return the filters that are the same in all accounts."""
        filters = super().filters()
        filters["statuses"] = self.all_statuses or None
        return filters
