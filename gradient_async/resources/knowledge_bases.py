"""List, create, change and delete knowledge bases."""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType
from typing import Final, Unpack

from gradient_async.checks import require_nonempty_str
from gradient_async.models.data_sources import DataSourceInput, NewDataSource
from gradient_async.models.knowledge_bases import (
    KnowledgeBase,
    KnowledgeBaseDetails,
    OpenSearchPlanSize,
    RerankingConfiguration,
)
from gradient_async.models.retrieval import RetrievalResponse, RetrievalResult
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.arguments import checked
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.methods import calls, paginates
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource
from gradient_async.resources.retrieval import RetrievalFilters, build_retrieval
from gradient_async.resources.source_bodies import build_new_source
from gradient_async.resources.unique_match import find_unique
from gradient_async.waiting.database import DATABASE_TIMEOUT, DatabasePoller

_PATH: Final = "/v2/gen-ai/knowledge_bases"
_ONE: Final = _PATH + "/{uuid}"
_KEY: Final = "knowledge_base"
_LIST: Final = ListOperation(
    "genai_list_knowledge_bases", _PATH, KnowledgeBase, "knowledge_bases"
)
_GET: Final = Operation(
    "genai_get_knowledge_base",
    "GET",
    _ONE,
    KnowledgeBase,
    record=KnowledgeBaseDetails,
    echo="knowledge_base.uuid",
)
_CREATE: Final = Operation(
    "genai_create_knowledge_base", "POST", _PATH, KnowledgeBase, _KEY
)
_UPDATE: Final = Operation(
    "genai_update_knowledge_base", "PUT", _ONE, KnowledgeBase, _KEY
)
_DELETE: Final = Operation("genai_delete_knowledge_base", "DELETE", _ONE, NoneType)


class KnowledgeBases(Resource):
    """
    The account's knowledge bases, `client.knowledge_bases`.

    A knowledge base is what agents search: data sources, indexed by a model into a
    database.
    """

    @paginates(_LIST)
    def list(self, **paging: Unpack[Paging]) -> Paginator[KnowledgeBase]:
        """Iterate over the account's knowledge bases, across all pages."""

    @calls(_GET)
    async def get(self, uuid: str) -> KnowledgeBase:
        """Fetch one knowledge base, including the state of its database."""

    async def find(self, name: str) -> KnowledgeBase:
        """
        Find a knowledge base by its exact name or its id.

        Reads the list of knowledge bases to its end, as names need not be unique.

        Args:
            name: The name or the id; an id takes precedence.

        Raises:
            UnknownNameError: There is none.
            AmbiguousNameError: Several have this name; has `.uuids`.

        Source: GET /v2/gen-ai/knowledge_bases, `genai_list_knowledge_bases`.
        """
        require_nonempty_str("name", name)
        bases = self.list()
        return await find_unique(bases, name, "knowledge base", name=lambda it: it.name)

    async def retrieve(
        self,
        uuid: str,
        query: str,
        *,
        num_results: int = 10,
        alpha: float | None = None,
        filters: RetrievalFilters | None = None,
    ) -> RetrievalResult:
        """
        Search a knowledge base, and return the chunks that fit best.

        This call is in no official description, and may change. It goes to a host of
        its own, see `retrieval_url` of `Client`, and does not count towards the rate
        limit of the API. It is repeated after a transient failure like a GET.

        Args:
            uuid: Id of the knowledge base.
            query: What to search for.
            num_results: Maximum number of chunks, at least 1; 10 by default.
            alpha: From 0, by keywords alone, to 1, by meaning alone; None leaves it
                to the platform.
            filters: Conditions on the metadata of chunks; None means none.

        Source: POST /v1/{knowledge_base_uuid}/retrieve, not described.
        """
        request = build_retrieval(
            uuid, query, num_results=num_results, alpha=alpha, filters=filters
        )
        caller = self._caller.for_retrieval()
        return (await caller.call(request, RetrievalResponse)).to_result()

    async def wait_until_online(
        self,
        uuid: str,
        *,
        timeout: float = DATABASE_TIMEOUT,  # noqa: ASYNC109
    ) -> KnowledgeBase:
        """
        Wait until the database of a knowledge base is ready, and return the latter.

        A new database takes 3 to 10 minutes; jobs can be started only then. Polls at
        once, after about 1 s, then less often, down to every 30 s. After the first
        poll, transient failures are tolerated.

        Args:
            uuid: Id of the knowledge base.
            timeout: Seconds to wait; 1,800 by default.

        Raises:
            DatabaseFailedError: The database is decommissioned or unhealthy; has
                `.knowledge_base`.
            DatabaseTimeoutError: It was not ready in time; has `.knowledge_base`.
            NotFoundError: There is no such knowledge base, or no longer.

        Source: GET /v2/gen-ai/knowledge_bases/{uuid}, `genai_get_knowledge_base`.
        """
        poller = DatabasePoller(self.get, self._caller.sleep, uuid, timeout=timeout)
        return await poller.run()

    @checked
    async def create(
        self,
        name: str,
        *,
        embedding_model_uuid: str | None = None,
        project_id: str | None = None,
        region: str | None = None,
        data_sources: Iterable[DataSourceInput | NewDataSource] = (),
        tags: Iterable[str] = (),
        reranking_config: RerankingConfiguration | None = None,
        database_id: str | None = None,
        size: OpenSearchPlanSize | str | None = None,
        vpc_uuid: str | None = None,
    ) -> KnowledgeBase:
        """
        Create a knowledge base and return it.

        A new database takes some minutes to create. The platform may or may not start
        to index by itself; `client.indexing_jobs.run(...)` waits for the database, and
        for the job that the platform started, or else starts one.

        Args:
            name: Name of the knowledge base.
            embedding_model_uuid: Id of the embedding model; see
                `client.models.list(usecases=["knowledgebase"])`.
            project_id: Id of the DigitalOcean project to assign it to.
            region: Region to create it in; see `client.regions.list()`.
            data_sources: What to index; use `NewDataSource` to set the chunking.
                Uploaded files, Dropbox and Google Drive cannot be added later.
            tags: Tags to find it by.
            reranking_config: How to rerank search results; None leaves it to the
                platform.
            database_id: Id of the OpenSearch database to use; None creates a new one.
            size: Size of a new database, as an `OpenSearchPlanSize` member, a short
                name (`"small"`) or a wire value; None leaves it to the platform.
            vpc_uuid: Id of the VPC of a new database; None leaves it to the platform.

        Raises:
            OutcomeUnknownError: The response was lost; search `list` for the name to
                see whether the knowledge base exists.

        Source: POST /v2/gen-ai/knowledge_bases, `genai_create_knowledge_base`.
        """
        sources = [build_new_source(source) for source in data_sources]
        return await _CREATE.call(
            self._caller,
            name=name,
            embedding_model_uuid=embedding_model_uuid,
            project_id=project_id,
            region=region,
            datasources=sources or None,
            tags=tags or None,
            reranking_config=reranking_config,
            database_id=database_id,
            size=size,
            vpc_uuid=vpc_uuid,
        )

    @calls(_UPDATE)
    async def update(
        self,
        uuid: str,
        *,
        name: str | None = None,
        project_id: str | None = None,
        tags: Iterable[str] | None = None,
        reranking_config: RerankingConfiguration | None = None,
        database_id: str | None = None,
    ) -> KnowledgeBase:
        """
        Change a knowledge base and return it; None leaves a value unchanged.

        Args:
            uuid: Id of the knowledge base.
            name: New name.
            project_id: Id of the DigitalOcean project to assign it to.
            tags: New tags, which replace the present ones; the platform most likely
                takes an empty list for no change.
            reranking_config: How to rerank search results.
            database_id: Id of the OpenSearch database to use.
        """

    @calls(_DELETE)
    async def delete(self, uuid: str) -> None:
        """Delete a knowledge base with its data sources and its schedule."""
