"""Knowledge bases: data sources, an embedding model and a vector database."""

from __future__ import annotations

import attrs

from gradient_async.models.base import APIObject
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.models.scalars import OpenEnum, Timestamp


class DatabaseStatus(OpenEnum):
    """State of a database; `dbaasClusterStatus` in the API's description."""

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
    """Size of a new database; `apiOpenSearchPlanSize` in the description."""

    UNSPECIFIED = "OPEN_SEARCH_PLAN_SIZE_UNSPECIFIED"
    SMALL = "OPEN_SEARCH_PLAN_SIZE_SMALL"
    MEDIUM = "OPEN_SEARCH_PLAN_SIZE_MEDIUM"
    LARGE = "OPEN_SEARCH_PLAN_SIZE_LARGE"
    EXTRA_LARGE = "OPEN_SEARCH_PLAN_SIZE_EXTRA_LARGE"


@attrs.frozen(kw_only=True)
class RerankingConfiguration(APIObject):
    """Whether and by which model search results are reranked."""

    enabled: bool = False
    """Whether results are reranked."""
    model: str = ""
    """Name of the reranking model, for example `bge-reranker-v2-m3`."""


@attrs.frozen(kw_only=True)
class KnowledgeBase(APIObject):
    """Data sources that agents can search, indexed into a vector database."""

    uuid: str = ""
    """Id of the knowledge base."""
    name: str = ""
    """Name of the knowledge base."""
    region: str = ""
    """Region that it is in, for example `tor1`."""
    project_id: str = ""
    """Id of the DigitalOcean project that it belongs to."""
    embedding_model_uuid: str = ""
    """Id of the embedding model."""
    database_id: str = ""
    """Id of the OpenSearch database that stores the vectors."""
    database_status: DatabaseStatus | None = None
    """State of the database; set by `get` only, None elsewhere."""
    tags: tuple[str, ...] = ()
    """Tags of the knowledge base."""
    reranking_config: RerankingConfiguration | None = None
    """How search results are reranked; None if the response does not say."""
    last_indexing_job: IndexingJob | None = None
    """The latest indexing job; None before the first."""
    is_public: bool = False
    """Whether it is public."""
    user_id: int = 0
    """Id of the user who created it."""
    created_at: Timestamp | None = None
    """Time of creation, UTC."""
    updated_at: Timestamp | None = None
    """Time of the last change, UTC."""
    added_to_agent_at: Timestamp | None = None
    """Time when it was added to an agent, UTC; None if it was not, or unknown."""


@attrs.frozen(kw_only=True)
class KnowledgeBaseDetails:
    """What one knowledge base is returned as: beside it, the state of its database."""

    knowledge_base: KnowledgeBase
    """The knowledge base."""
    database_status: DatabaseStatus = DatabaseStatus.CREATING
    """State of its database."""

    def to_result(self) -> KnowledgeBase:
        """Return the knowledge base with the state of its database."""
        return attrs.evolve(self.knowledge_base, database_status=self.database_status)
