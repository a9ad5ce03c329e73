"""The data that an emulator serves, with methods to inspect and change it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from gradient_async.emulator.core.records import AddedKnowledgeBase
from gradient_async.emulator.core.timestamps import to_nanoseconds
from gradient_async.emulator.domain.accounts import Account
from gradient_async.emulator.domain.additions import (
    check_status,
    create_job,
    create_knowledge_base,
)
from gradient_async.emulator.domain.jobs.runs import SourcePlan
from gradient_async.emulator.domain.platform import Platform


class StoredData:
    """The part of an `Emulator` that is about its accounts and their data."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of all accounts, in their order; one may be revoked."""
        return tuple(account.token for account in self._platform.accounts)

    @property
    def token(self) -> str:
        """The token of the first account."""
        return self.tokens[0]

    def revoke(self, token: str | None = None) -> None:
        """
        Refuse an account's token from now on, with status 401; its data stay.

        Args:
            token: The token; None means that of the first account.

        Raises:
            ValueError: No account has this token.
        """
        self._account(token).is_revoked = True

    def rotate(self, token: str | None = None) -> str:
        """
        Replace an account's token, revoked or not, and return the new one.

        The old one is refused from now on, with status 401.

        Args:
            token: The token to replace; None means that of the first account.

        Raises:
            ValueError: No account has this token.
        """
        return self._account(token).rotate()

    def jobs(self, token: str | None = None) -> Sequence[Mapping[str, object]]:
        """Return the current JSON of an account's jobs, newest first."""
        account, now = self._account(token), self._platform.clock.now
        return _copy_json(
            account.jobs.at(age, now).fields for age in account.jobs.newest_first()
        )

    def job_uuids(self, token: str | None = None) -> tuple[str, ...]:
        """Return the ids of an account's jobs, newest first."""
        return self._account(token).jobs.uuids()

    def knowledge_bases(
        self, token: str | None = None
    ) -> Sequence[Mapping[str, object]]:
        """Return the current JSON of an account's knowledge bases, newest first."""
        account, now = self._account(token), self._platform.clock.now
        knowledge_bases = tuple(account.knowledge_bases.values())[::-1]
        return _copy_json(
            account.describe_knowledge_base(it, now) for it in knowledge_bases
        )

    def data_sources(
        self, knowledge_base_uuid: str, token: str | None = None
    ) -> Sequence[Mapping[str, object]]:
        """
        Return the current JSON of a knowledge base's data sources, newest first.

        Raises:
            KeyError: The account has no such knowledge base.
        """
        account, now = self._account(token), self._platform.clock.now
        knowledge_base = account.knowledge_bases[knowledge_base_uuid]
        data_sources = tuple(knowledge_base.data_sources.values())[::-1]
        return _copy_json(
            account.describe_data_source(knowledge_base, it, now) for it in data_sources
        )

    def add_knowledge_base(
        self, name: str, *, sources: int = 1, token: str | None = None
    ) -> AddedKnowledgeBase:
        """
        Add a knowledge base, a day old, whose database is ready and that is idle.

        Args:
            name: Its name.
            sources: Number of its data sources: buckets and websites in turn.
            token: Token of its account; None means the first account.

        Raises:
            ValueError: The name is blank, `sources` is negative, or no account has
                this token.
        """
        if not name.strip() or sources < 0:
            msg = "a knowledge base needs a name, and 0 or more data sources"
            raise ValueError(msg)
        account = self._account(token)
        added = create_knowledge_base(
            name, sources, account.create_id, account.owner, self._platform.clock.now
        )
        account.knowledge_bases[added.uuid] = added
        return AddedKnowledgeBase(
            uuid=added.uuid, name=name, source_uuids=tuple(added.data_sources)
        )

    def add_job(
        self,
        knowledge_base: AddedKnowledgeBase | str,
        *,
        status: str = "completed",
        error_msg: str = "",
        error_details: str = "",
        created_at: datetime | str | None = None,
    ) -> str:
        """
        Add a job of all data sources of a knowledge base, and return its id.

        It keeps its status until it is cancelled. If it is pending or in progress, the
        knowledge base is busy.

        Args:
            knowledge_base: What `add_knowledge_base` returned, or an id.
            status: `pending`, `in_progress`, `completed`, `no_changes`, `partial`,
                `failed` or `cancelled`. In a failed job, all data sources failed; in a
                partial one, the last did, or a part of the only one.
            error_msg: The error code of the data sources that failed; by default
                `source_not_found`.
            error_details: The error in words.
            created_at: When it was created, with a time zone, or that as ISO 8601 text;
                its place in the list is by this date. None means now, or a second after
                the newest job if that is later.

        Raises:
            KeyError: There is no such knowledge base.
            ValueError: The status or the time is invalid, an error does not go with the
                status, or the knowledge base has no data sources.
        """
        error = SourcePlan(error_msg=error_msg, error_details=error_details)
        check_status(status, has_error=bool(error.error))
        if isinstance(knowledge_base, AddedKnowledgeBase):
            knowledge_base = knowledge_base.uuid
        account = self._owner(knowledge_base)
        job = create_job(
            account.knowledge_bases[knowledge_base],
            uuid=account.create_id(),
            status=status,
            error=error,
            created_at=self._creation_time(account, created_at),
        )
        account.jobs.insert(job)
        return job.uuid

    def add_jobs(self, count: int, *, token: str | None = None) -> tuple[str, ...]:
        """
        Add pending jobs at the head of an account's list.

        Each is dated now, or a second after the newest job if that is later, so that
        many at once are ahead of the clock.

        Returns:
            The ids of the new jobs, newest first.

        Raises:
            ValueError: No knowledge base with a data source is left.
        """
        return self._account(token).add_jobs(count, self._platform.clock.now)

    def grow(
        self, total: int, *, per_request: int = 1, token: str | None = None
    ) -> None:
        """
        Make an account's job list grow while clients read it.

        Each of the following list requests first reads its page and then adds
        `per_request` jobs at the head, until `total` jobs were added. Another call
        replaces what is left of the previous one.

        Raises:
            ValueError: No knowledge base with a data source is left.
        """
        self._account(token).grow(total, per_request)

    def remove_job(self, uuid: str) -> None:
        """
        Remove a job from its list.

        Raises:
            KeyError: There is no such job.
        """
        if not any(it.jobs.remove(uuid) for it in self._platform.accounts):
            raise KeyError(uuid)

    def advance(self, seconds: float) -> None:
        """
        Move the server's clock forward at once.

        This affects what `speed` affects.

        Raises:
            ValueError: `seconds` is negative, or leads past the year 9998.
        """
        self._platform.clock.advance(seconds)

    def plan_source(
        self,
        data_source_uuid: str,
        *,
        seconds: float | None = None,
        error_msg: str = "",
        error_details: str = "",
        failed: float = 1.0,
    ) -> None:
        """
        Plan how future jobs index a data source.

        Another call replaces the plan. Running jobs keep theirs.

        Args:
            data_source_uuid: The data source.
            seconds: How long indexing it takes; None means 8 seconds.
            error_msg: The error code; empty if it does not fail.
            error_details: The error in words.
            failed: The share of its items that fail, more than 0. With 1 the data
                source is FAILED, with less it is PARTIALLY_UPDATED.

        Raises:
            KeyError: There is no such data source.
            ValueError: `seconds` or `failed` is out of range.
        """
        plan = SourcePlan(seconds, error_msg, error_details, failed)
        accounts = self._platform.accounts
        if not any(it.plan_source(data_source_uuid, plan) for it in accounts):
            raise KeyError(data_source_uuid)

    def _account(self, token: str | None) -> Account:
        """Return the account of a token, by default the first one."""
        account = self._platform.find_account(self.token if token is None else token)
        if account is None:
            msg = "no account of this emulator has this token: see `Emulator.tokens`"
            raise ValueError(msg)
        return account

    def _creation_time(self, account: Account, time: datetime | str | None) -> int:
        if time is None:
            return account.jobs.next_time(self._platform.clock.now)
        return to_nanoseconds(time)

    def _owner(self, knowledge_base_uuid: str) -> Account:
        """Return the account that has a knowledge base, or raise a KeyError."""
        for account in self._platform.accounts:
            if knowledge_base_uuid in account.knowledge_bases:
                return account
        raise KeyError(knowledge_base_uuid)


def _copy_json(objects: Iterable[Mapping[str, object]]) -> Sequence[dict[str, object]]:
    """Return a deep copy of JSON objects, which callers may modify."""
    return tuple(json.loads(json.dumps(list(objects))))
