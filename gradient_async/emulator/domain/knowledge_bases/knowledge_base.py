"""Knowledge bases, and how requests create and update them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.core.timestamps import format_timestamps
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    EMBEDDING_MODELS,
    REGION_CODES,
    EmbeddingModel,
)
from gradient_async.emulator.domain.knowledge_bases.data_sources import (
    DataSource,
    Kind,
    read_data_source,
)
from gradient_async.emulator.domain.knowledge_bases.schedules import Schedule


@attrs.frozen
class Owner:
    """The user of an account."""

    user_id: int
    project_id: str
    """The project of everything for which no other project is named."""


@attrs.define(kw_only=True)
class KnowledgeBase:
    """A knowledge base; times are nanoseconds since the epoch."""

    uuid: str
    name: str
    region: str
    model: EmbeddingModel
    project_id: str
    database_id: str
    user_id: int
    created_at: int
    updated_at: int
    online_at: int
    """When its database is ready."""
    tags: list[str] = attrs.field(factory=list)
    reranking: Mapping[str, object] | None = None
    added_to_agent_at: int | None = None
    data_sources: dict[str, DataSource] = attrs.field(factory=dict)
    """Its data sources by id, oldest first."""
    schedule: Schedule | None = None

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
        fields: dict[str, object] = {
            "uuid": self.uuid,
            "name": self.name,
            "region": self.region,
            "embedding_model_uuid": self.model.uuid,
            "project_id": self.project_id,
            # The platform knows the id only once the database was provisioned.
            "database_id": self.database_id if self.is_online(now) else "",
            "user_id": str(self.user_id),
            "is_public": False,
            "tags": list(self.tags),
            **format_timestamps(
                created_at=self.created_at,
                updated_at=self.updated_at,
                added_to_agent_at=self.added_to_agent_at,
            ),
        }
        if self.reranking is not None:
            fields["reranking_config"] = dict(self.reranking)
        if last_job is not None:
            fields["last_indexing_job"] = last_job
        return fields

    def update(self, message: Message, now: int) -> None:
        """Replace what a request names; if that raises an `ApiError`, nothing."""
        changes = {
            name: message.string(name)
            for name in ("name", "project_id", "database_id")
            if message.has(name)
        }
        if "name" in changes:
            message.required_string("name")
        tags, reranking = message.strings("tags"), _read_reranking(message)
        # Everything is read before anything is set, so an error changes nothing.
        for name, text in changes.items():
            setattr(self, name, text)
        self.tags = tags if message.has("tags") else self.tags
        self.reranking = reranking or self.reranking
        self.updated_at = now


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
    name = message.required_string("name")
    model = _find_model(message.required_string("embedding_model_uuid"))
    region = message.required_string("region")
    if region not in REGION_CODES:
        raise ApiError(422, f"region: there is no {region!r}.")
    database_id = message.string("database_id")
    # Not kept, but read, so that wrong types are rejected.
    for ignored in ("vpc_uuid", "size"):
        message.string(ignored)
    knowledge_base = KnowledgeBase(
        uuid=create_id(),
        name=name,
        region=region,
        model=model,
        project_id=message.string("project_id") or owner.project_id,
        database_id=database_id or create_id(),
        user_id=owner.user_id,
        created_at=now,
        updated_at=now,
        online_at=now if database_id else now + database_time,
        tags=message.strings("tags"),
        reranking=_read_reranking(message),
    )
    data_sources = [
        read_data_source(it, model, uuid=create_id(), now=now, kinds=tuple(Kind))
        for it in message.messages("datasources")
    ]
    knowledge_base.data_sources = {it.uuid: it for it in data_sources}
    return knowledge_base


def _read_reranking(message: Message) -> dict[str, object] | None:
    config = message.message("reranking_config")
    if config is None:
        return None
    return {"enabled": config.boolean("enabled"), "model": config.string("model")}


def _find_model(uuid: str) -> EmbeddingModel:
    for model in EMBEDDING_MODELS:
        if model.uuid == uuid:
            return model
    raise ApiError(422, f"embedding_model_uuid: there is no {uuid!r}.")
