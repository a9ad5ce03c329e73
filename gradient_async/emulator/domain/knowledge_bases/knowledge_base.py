"""Knowledge bases, and how requests create and update them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.timestamps import format_timestamp
from gradient_async.emulator.domain.collection import (
    Reader,
    details,
    ignored,
    read_all,
)
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    EMBEDDING_MODELS,
    REGION_CODES,
    Model,
)
from gradient_async.emulator.domain.knowledge_bases.data_sources import (
    DataSource,
    Kind,
    read_data_source,
)
from gradient_async.emulator.domain.knowledge_bases.schedules import Schedule

_PLANS: Final = ("UNSPECIFIED", "SMALL", "MEDIUM", "LARGE", "EXTRA_LARGE")


@attrs.frozen
class Owner:
    """The user of an account."""

    user_id: int
    project_id: str
    """The project of everything for which no other project is named."""


@attrs.define(kw_only=True)
class KnowledgeBase:
    """A knowledge base, with what belongs to it."""

    fields: dict[str, Any]
    """The members of its JSON that do not depend on the time."""
    online_at: int
    """When its database is ready, in nanoseconds since the epoch."""
    data_sources: dict[str, DataSource] = attrs.field(factory=dict)
    """Its data sources by id, oldest first."""
    schedule: Schedule | None = None

    @property
    def uuid(self) -> str:
        """Its id."""
        return str(self.fields["uuid"])

    @property
    def model(self) -> Model:
        """Its embedding model."""
        return EMBEDDING_MODELS[self.fields["embedding_model_uuid"]]

    def database_status(self, now: int) -> str:
        """Return the status of its database."""
        return "ONLINE" if self.is_online(now) else "CREATING"

    def is_online(self, now: int) -> bool:
        """Return whether its database is ready."""
        return now >= self.online_at

    def describe(
        self, last_job: Mapping[str, object] | None, now: int
    ) -> dict[str, object]:
        """Return its JSON; `last_job` is the JSON of its newest job, if any."""
        fields = dict(self.fields)
        if not self.is_online(now):
            # The platform knows the id only once the database was provisioned.
            fields["database_id"] = ""
        if last_job is not None:
            fields["last_indexing_job"] = last_job
        return fields

    def update(self, message: Message, now: int) -> None:
        """
        Replace what a request names; if that raises an `ApiError`, nothing.

        Empty texts and lists mean that nothing changes, as on the platform: its Go
        clients send all members.
        """
        if message.string("name"):
            message.required_string("name")
        fields = {"name": Message.string, **_UPDATABLE}
        changes = {name: it for name, it in read_all(message, fields).items() if it}
        self.fields |= {**changes, "updated_at": format_timestamp(now)}


def read_knowledge_base(
    message: Message,
    create_id: Callable[[], str],
    owner: Owner,
    now: int,
    *,
    database_time: int,
) -> KnowledgeBase:
    """
    Create the knowledge base that a request describes, with its data sources.

    A new database is ready after `database_time`; an existing one is ready at once.
    Members that are missing or invalid, or refer to something unknown, raise an
    `ApiError`.
    """
    given, time = read_all(message, _FIELDS), format_timestamp(now)
    knowledge_base = KnowledgeBase(
        fields={
            "uuid": create_id(),
            "user_id": str(owner.user_id),
            "project_id": owner.project_id,
            "database_id": create_id(),
            "is_public": False,
            "created_at": time,
            "updated_at": time,
            **given,
        },
        online_at=now if "database_id" in given else now + database_time,
    )
    data_sources = [
        read_data_source(
            it, knowledge_base.model, uuid=create_id(), now=now, kinds=tuple(Kind)
        )
        for it in message.messages("datasources")
    ]
    knowledge_base.data_sources = {it.uuid: it for it in data_sources}
    return knowledge_base


def _read_region(message: Message, name: str) -> str:
    region = message.string(name)
    if not region and message.string("database_id"):
        # That of the database, which the emulator does not know.
        return min(REGION_CODES)
    if message.required_string(name) not in REGION_CODES:
        raise ApiError(422, f"{name}: there is no {region!r}.")
    return region


def _read_model(message: Message, name: str) -> str:
    uuid = message.required_string(name)
    if uuid not in EMBEDDING_MODELS:
        raise ApiError(422, f"{name}: there is no {uuid!r}.")
    return uuid


def _ignore_plan(message: Message, name: str) -> None:
    message.enum(name, [f"OPEN_SEARCH_PLAN_SIZE_{plan}" for plan in _PLANS])


_UPDATABLE: Final[Mapping[str, Reader]] = {
    "project_id": Message.string,
    "database_id": Message.string,
    "tags": Message.strings,
    "reranking_config": details(enabled=Message.boolean, model=Message.string),
}
_FIELDS: Final[Mapping[str, Reader]] = {
    "name": Message.required_string,
    "embedding_model_uuid": _read_model,
    "region": _read_region,
    **_UPDATABLE,
    "vpc_uuid": ignored,
    "size": _ignore_plan,
}
