"""The knowledge bases that an account starts with: those its jobs speak of."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Final

from gradient_async.emulator.bases.catalogue import EMBEDDING_MODELS, REGION_CODES
from gradient_async.emulator.bases.chunking import Chunking
from gradient_async.emulator.bases.data_sources import (
    FILE_UPLOAD,
    WEB_CRAWLER,
    DataSource,
)
from gradient_async.emulator.bases.knowledge_bases import KnowledgeBase, Owner
from gradient_async.emulator.bases.source_inputs import ALL_KINDS
from gradient_async.emulator.identities import Identities
from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.timestamps import MINUTE, NEWEST, SECOND, moment

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


def make_bases(
    seed: str,
    contents: Mapping[str, Sequence[str]],
    history: Sequence[Job],
    owner: Owner,
) -> dict[str, KnowledgeBase]:
    """
    Make the knowledge bases whose ids and sources are known, oldest first.

    They are a day apart, and older than the jobs, whose order is the same.
    """
    chance = random.Random(seed)  # noqa: S311  (repeatable, no secret)
    first_job = moment(str(history[0].fields["created_at"])) if history else NEWEST
    noon = first_job - first_job % SECOND
    names = chance.sample(_NAMES, len(contents))
    kinds = cycle(ALL_KINDS)
    bases: dict[str, KnowledgeBase] = {}
    for age, (uuid, name) in enumerate(zip(contents, names, strict=True)):
        created_at = noon - (len(contents) - age) * 24 * _HOUR
        base = _make_base(chance, uuid, name, created_at, owner)
        sources = zip(contents[uuid], islice(kinds, len(contents[uuid])), strict=True)
        base.sources = {it: _make_source(it, kind, base) for it, kind in sources}
        bases[uuid] = base
    return bases


def _make_base(
    chance: random.Random, uuid: str, name: str, created_at: int, owner: Owner
) -> KnowledgeBase:
    """Make one knowledge base, still empty."""
    return KnowledgeBase(
        uuid=uuid,
        name=name,
        region=chance.choice(sorted(REGION_CODES)),
        model=chance.choice(EMBEDDING_MODELS),
        project_id=owner.project_id,
        database_id=Identities(uuid).make(),
        user_id=owner.user_id,
        created_at=created_at,
        updated_at=created_at + _HOUR,
        online_at=created_at,
        tags=[name.partition("-")[0]],
        reranking={"enabled": True, "model": "bge-reranker-v2-m3"},
        added_to_agent_at=created_at + _HOUR,
    )


def _make_source(uuid: str, kind: str, base: KnowledgeBase) -> DataSource:
    """Make one data source, a minute younger than its knowledge base."""
    return DataSource(
        uuid=uuid,
        kind=kind,
        details=_details(kind, base),
        chunking=Chunking.usual(base.model),
        created_at=base.created_at + MINUTE,
        updated_at=base.created_at + MINUTE,
    )


def _details(kind: str, base: KnowledgeBase) -> dict[str, object]:
    """Invent where a source of some kind leads to."""
    word = base.name
    bucket = {"bucket_name": f"{word}-files", "item_path": "published/"}
    details: dict[str, dict[str, object]] = {
        "spaces_data_source": {**bucket, "region": base.region},
        WEB_CRAWLER: {
            "base_url": f"https://{word}.example.com",
            "crawling_option": "PATH",
            "embed_media": False,
            "exclude_tags": ["nav", "footer"],
        },
        FILE_UPLOAD: {
            "original_file_name": f"{word}.pdf",
            "stored_object_key": f"{Identities(word + base.uuid).make()}.pdf",
            "size_in_bytes": "2048000",
        },
        "aws_data_source": {**bucket, "region": "eu-central-1"},
        "dropbox_data_source": {"folder": f"/{word}"},
        "google_drive_data_source": {
            "folder_id": f"{word}-1",
            "folder_name": word,
        },
    }
    return details[kind]
