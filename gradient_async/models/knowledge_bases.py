"""Knowledge bases: what agents search; data sources, a model and a database."""

from __future__ import annotations

import attrs

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.models.lists import ListResponse
from gradient_async.models.open_enum import OpenEnum
from gradient_async.models.timestamp import Timestamp


class DatabaseStatus(OpenEnum):
    """How a database is; `dbaasClusterStatus` in the API's description."""

    CREATING = "CREATING"
    ONLINE = "ONLINE"
    POWEROFF = "POWEROFF"
    REBUILDING = "REBUILDING"
    REBALANCING = "REBALANCING"
    DECOMMISSIONED = "DECOMMISSIONED"
    FORKING = "FORKING"
    MIGRATING = "MIGRATING"
    RESIZING = "RESIZING"
    RESTORING = "RESTORING"
    POWERING_ON = "POWERING_ON"
    UNHEALTHY = "UNHEALTHY"
    UPGRADING = "UPGRADING"


class OpenSearchPlanSize(OpenEnum):
    """How large a new database is; `apiOpenSearchPlanSize` in the description."""

    UNSPECIFIED = "OPEN_SEARCH_PLAN_SIZE_UNSPECIFIED"
    SMALL = "OPEN_SEARCH_PLAN_SIZE_SMALL"
    MEDIUM = "OPEN_SEARCH_PLAN_SIZE_MEDIUM"
    LARGE = "OPEN_SEARCH_PLAN_SIZE_LARGE"
    EXTRA_LARGE = "OPEN_SEARCH_PLAN_SIZE_EXTRA_LARGE"


@attrs.frozen(kw_only=True)
class RerankingConfiguration:
    """Whether what a search finds is put in order by a second model."""

    enabled: bool = False
    """Whether it is."""
    model: str = ""
    """Name of that model, `bge-reranker-v2-m3` for example."""


@attrs.frozen(kw_only=True)
class KnowledgeBase:
    """What agents search: data sources, indexed by a model into a database."""

    uuid: str = ""
    """Id of the knowledge base."""
    name: str = ""
    """Its name."""
    region: str = ""
    """Region it is in, `tor1` for example."""
    project_id: str = ""
    """Id of the DigitalOcean project it belongs to."""
    embedding_model_uuid: str = ""
    """Id of the model that turns texts into vectors."""
    database_id: str = ""
    """Id of the OpenSearch database that holds the vectors."""
    database_status: DatabaseStatus | None = None
    """How the database is; only `get` tells, None elsewhere."""
    tags: tuple[str, ...] = ()
    """Its tags."""
    reranking_config: RerankingConfiguration | None = None
    """How what is found is put in order; None when not told."""
    last_indexing_job: IndexingJob | None = None
    """The latest indexing job; None before the first."""
    is_public: bool = False
    """Whether others may use it."""
    user_id: int = 0
    """Id of the user who made it."""
    created_at: Timestamp | None = None
    """When it was made, UTC."""
    updated_at: Timestamp | None = None
    """When it last changed, UTC."""
    added_to_agent_at: Timestamp | None = None
    """When it was added to an agent, UTC; None when it was not, or not told."""


@attrs.frozen(kw_only=True)
class KnowledgeBaseResponse:
    """The answer that carries one knowledge base."""

    knowledge_base: KnowledgeBase
    """The knowledge base."""


@attrs.frozen(kw_only=True)
class KnowledgeBaseDetailsResponse:
    """The answer that carries one knowledge base and how its database is."""

    knowledge_base: KnowledgeBase
    """The knowledge base."""
    database_status: DatabaseStatus = DatabaseStatus.CREATING
    """How its database is."""


@attrs.frozen(kw_only=True)
class KnowledgeBasesResponse(ListResponse[KnowledgeBase]):
    """The answer that carries one page of knowledge bases."""

    knowledge_bases: tuple[KnowledgeBase, ...] | None = None
    """The knowledge bases; None when the answer has no such key."""

    @property
    def items(self) -> tuple[KnowledgeBase, ...] | None:
        """The knowledge bases."""
        return self.knowledge_bases
