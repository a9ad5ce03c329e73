"""The knowledge bases that an account starts with."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Final

from gradient_async.emulator.core.ids import create_rng, create_uuid
from gradient_async.emulator.core.timestamps import MINUTE, SECOND, format_timestamps
from gradient_async.emulator.domain.knowledge_bases.catalogue import (
    EMBEDDING_MODELS,
    REGION_CODES,
)
from gradient_async.emulator.domain.knowledge_bases.data_sources import (
    DataSource,
    Kind,
    default_chunking,
)
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import (
    KnowledgeBase,
    Owner,
)

_HOUR: Final = 60 * MINUTE
_NAMES: Final = (
    "support-handbook",
    "product-manuals",
    "release-notes",
    "legal-library",
    "onboarding-guide",
    "sales-playbook",
    "research-papers",
)


def create_knowledge_bases(
    seed: str,
    source_uuids: Mapping[str, Sequence[str]],
    owner: Owner,
    *,
    before: int,
) -> dict[str, KnowledgeBase]:
    """
    Create knowledge bases with the given ids and data source ids, oldest first.

    They are a day apart, and the newest is a day older than the time `before`.
    """
    rng = create_rng(seed)
    newest = before - before % SECOND
    names = rng.sample(_NAMES, len(source_uuids))
    knowledge_bases: dict[str, KnowledgeBase] = {}
    kinds = cycle(Kind)
    for age, (uuid, name) in enumerate(zip(source_uuids, names, strict=True)):
        created_at = newest - (len(source_uuids) - age) * 24 * _HOUR
        knowledge_base = _create_knowledge_base(rng, uuid, name, created_at, owner)
        # One cycle for all of them, so that the kinds occur equally often.
        knowledge_base.data_sources = {
            it: _create_data_source(
                it, next(kinds), knowledge_base, created_at + MINUTE
            )
            for it in source_uuids[uuid]
        }
        knowledge_bases[uuid] = knowledge_base
    return knowledge_bases


def _create_knowledge_base(
    rng: random.Random, uuid: str, name: str, created_at: int, owner: Owner
) -> KnowledgeBase:
    fields = {
        "uuid": uuid,
        "name": name,
        "region": rng.choice(sorted(REGION_CODES)),
        "embedding_model_uuid": rng.choice(sorted(EMBEDDING_MODELS)),
        "user_id": str(owner.user_id),
        "project_id": owner.project_id,
        # From the id, so that it does not change the random choices that follow.
        "database_id": create_uuid(create_rng(uuid)),
        "is_public": False,
        "tags": [name.partition("-")[0]],
        "reranking_config": {"enabled": True, "model": "bge-reranker-v2-m3"},
        **format_timestamps(
            created_at=created_at,
            updated_at=created_at + _HOUR,
            added_to_agent_at=created_at + _HOUR,
        ),
    }
    return KnowledgeBase(fields=fields, online_at=created_at)


def _create_data_source(
    uuid: str, kind: Kind, knowledge_base: KnowledgeBase, created_at: int
) -> DataSource:
    return DataSource(
        uuid=uuid,
        kind=kind,
        details=_create_details(kind, knowledge_base),
        chunking=default_chunking(knowledge_base.model),
        created_at=created_at,
        updated_at=created_at,
    )


def _create_details(kind: Kind, knowledge_base: KnowledgeBase) -> dict[str, object]:
    name = knowledge_base.fields["name"]
    bucket = {"bucket_name": f"{name}-files", "item_path": "published/"}
    object_id = create_uuid(create_rng(name + knowledge_base.uuid))
    details: dict[Kind, dict[str, object]] = {
        Kind.SPACES: {**bucket, "region": knowledge_base.fields["region"]},
        Kind.WEB_CRAWLER: {
            "base_url": f"https://{name}.example.com",
            "crawling_option": "PATH",
            "embed_media": False,
            "exclude_tags": ["nav", "footer"],
        },
        Kind.FILE_UPLOAD: {
            "original_file_name": f"{name}.pdf",
            "stored_object_key": f"{object_id}.pdf",
            "size_in_bytes": "2048000",
        },
        Kind.AWS: {**bucket, "region": "eu-central-1"},
        Kind.DROPBOX: {"folder": f"/{name}"},
        Kind.GOOGLE_DRIVE: {"folder_id": f"{name}-1", "folder_name": name},
    }
    return details[kind]
