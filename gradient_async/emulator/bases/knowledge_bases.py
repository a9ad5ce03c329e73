"""Knowledge bases: their own data, and what requests change of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from gradient_async.emulator.bases.catalogue import (
    REGION_CODES,
    EmbeddingModel,
    find_embedding_model,
)
from gradient_async.emulator.bases.data_sources import DataSource
from gradient_async.emulator.bases.schedules import Schedule
from gradient_async.emulator.bases.source_inputs import ALL_KINDS, read_source
from gradient_async.emulator.http.messages import Message
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.identities import Identities
from gradient_async.emulator.timestamps import SECOND, timestamp

_CREATING: Final = 5 * SECOND


@attrs.frozen
class Owner:
    """Whom an account belongs to."""

    user_id: int
    project_id: str
    """The project that everything belongs to for which no other is named."""


@attrs.define(kw_only=True)
class KnowledgeBase:
    """One knowledge base; moments are nanoseconds since the epoch."""

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
    sources: dict[str, DataSource] = attrs.field(factory=dict)
    """Its data sources by id, oldest first."""
    schedule: Schedule | None = None

    def database_status(self, now: int) -> str:
        """Tell what its database is doing."""
        return "ONLINE" if now >= self.online_at else "CREATING"

    def describe(self, last: Mapping[str, object] | None) -> dict[str, object]:
        """Write it as in the API's JSON; `last` is its newest job, if it has one."""
        fields: dict[str, object] = {
            "uuid": self.uuid,
            "name": self.name,
            "region": self.region,
            "embedding_model_uuid": self.model.uuid,
            "project_id": self.project_id,
            "database_id": self.database_id,
            "user_id": str(self.user_id),
            "is_public": False,
            "tags": list(self.tags),
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.updated_at),
        }
        if self.added_to_agent_at is not None:
            fields["added_to_agent_at"] = timestamp(self.added_to_agent_at)
        if self.reranking is not None:
            fields["reranking_config"] = dict(self.reranking)
        if last is not None:
            fields["last_indexing_job"] = last
        return fields

    def change(self, message: Message, now: int) -> None:
        """
        Take over what a request names.

        Raises:
            RefusalError: A name is given and empty; then nothing changes.
        """
        named = {
            name: message.text(name)
            for name in ("name", "project_id", "database_id")
            if message.has(name)
        }
        if "name" in named:
            _check_name(named["name"])
        tags, reranking = message.texts("tags"), read_reranking(message)
        for name, text in named.items():
            setattr(self, name, text)
        self.tags = tags if message.has("tags") else self.tags
        self.reranking = reranking or self.reranking
        self.updated_at = now


def read_base(
    message: Message, identities: Identities, owner: Owner, now: int
) -> KnowledgeBase:
    """
    Read a new knowledge base, its first sources with it.

    Its database takes five seconds, or no time if there is one already.

    Raises:
        RefusalError: It has no name, or what it names does not exist or makes no sense.
    """
    _check_name(message.text("name"))
    model = _find_model(message.text("embedding_model_uuid"))
    region = message.text("region")
    if region not in REGION_CODES:
        raise RefusalError(422, _missing("region", region))
    database_id = message.text("database_id")
    for ignored in ("vpc_uuid", "size"):
        message.text(ignored)
    base = KnowledgeBase(
        uuid=identities.make(),
        name=message.text("name"),
        region=region,
        model=model,
        project_id=message.text("project_id") or owner.project_id,
        database_id=database_id or identities.make(),
        user_id=owner.user_id,
        created_at=now,
        updated_at=now,
        online_at=now if database_id else now + _CREATING,
        tags=message.texts("tags"),
        reranking=read_reranking(message),
    )
    base.sources = _read_sources(message, model, identities, now)
    return base


def read_reranking(message: Message) -> dict[str, object] | None:
    """Read whether and by which model results are to be ranked again."""
    config = message.message("reranking_config")
    if config is None:
        return None
    return {"enabled": config.flag("enabled"), "model": config.text("model")}


def _read_sources(
    message: Message, model: EmbeddingModel, identities: Identities, now: int
) -> dict[str, DataSource]:
    """Read the sources to begin with."""
    sources = [
        read_source(source, model, uuid=identities.make(), now=now, kinds=ALL_KINDS)
        for source in message.messages("datasources")
    ]
    return {source.uuid: source for source in sources}


def _check_name(name: str) -> None:
    """Refuse a name that says nothing."""
    if not name.strip():
        raise RefusalError(422, "A knowledge base needs a name.")


def _find_model(uuid: str) -> EmbeddingModel:
    """Give the embedding model that a request names."""
    model = find_embedding_model(uuid)
    if model is None:
        raise RefusalError(422, _missing("embedding_model_uuid", uuid))
    return model


def _missing(name: str, value: str) -> str:
    """Say that something was not named, or that what was named does not exist."""
    if not value:
        return f"{name} is required."
    return f"{name}: there is no {value!r}."
