"""Ask about knowledge bases, make, change and delete them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Unpack

import attrs

from gradient_async.errors import ConfigurationError
from gradient_async.models.data_sources import DataSourceInput, NewDataSource
from gradient_async.models.knowledge_bases import (
    KnowledgeBase,
    KnowledgeBaseDetailsResponse,
    KnowledgeBaseResponse,
    KnowledgeBasesResponse,
    OpenSearchPlanSize,
    RerankingConfiguration,
)
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.arguments import (
    body_of,
    check_fields,
    read_items,
    read_member,
    read_optional_text,
    read_text,
    read_texts,
)
from gradient_async.resources.paged import paginate
from gradient_async.resources.source_bodies import new_source_body
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Endpoint

_LIST: Final = Endpoint("GET", "/v2/gen-ai/knowledge_bases")
_GET: Final = Endpoint("GET", "/v2/gen-ai/knowledge_bases/{uuid}")
_CREATE: Final = Endpoint("POST", "/v2/gen-ai/knowledge_bases")
_UPDATE: Final = Endpoint("PUT", "/v2/gen-ai/knowledge_bases/{uuid}")
_DELETE: Final = Endpoint("DELETE", "/v2/gen-ai/knowledge_bases/{uuid}")


class KnowledgeBases:
    """
    The account's knowledge bases, `client.knowledge_bases`.

    A knowledge base is what agents search: data sources, indexed by a model into a
    database.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, **paging: Unpack[Paging]) -> Paginator[KnowledgeBase]:
        """
        Iterate over the account's knowledge bases, across all pages.

        Args:
            **paging: Options of every list, see `Paging`.

        Source: GET /v2/gen-ai/knowledge_bases, `genai_list_knowledge_bases`.
        """
        return paginate(self._caller, _LIST.request(), KnowledgeBasesResponse, **paging)

    async def get(self, uuid: str) -> KnowledgeBase:
        """
        Get one knowledge base by its id, and how its database is.

        Sends one request, and again where a retry may help.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: The account has no such knowledge base.
            GradientError: Whatever else a call may raise.

        Source: GET /v2/gen-ai/knowledge_bases/{uuid}, `genai_get_knowledge_base`.
        """
        request = _GET.request(uuid=uuid)
        answer = await self._caller.call(request, KnowledgeBaseDetailsResponse)
        return attrs.evolve(
            answer.knowledge_base, database_status=answer.database_status
        )

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
        size: str | None = None,
        vpc_uuid: str | None = None,
    ) -> KnowledgeBase:
        """
        Make a knowledge base, and give it as it is right then.

        Sends one request, and never a second one where the first may have been done.
        A new database takes some minutes; `get(...).database_status` tells. Whether
        the platform then indexes by itself, it does not promise;
        `client.indexing_jobs.run(...)` does, or says that a job is running already.

        Args:
            name: What to call it.
            embedding_model_uuid: The model that turns texts into vectors;
                `client.models.list(usecases=["knowledgebase"])` names them.
            project_id: The DigitalOcean project it shall belong to.
            region: Where it shall be; `client.regions.list()` names them.
            data_sources: What it shall read; a `NewDataSource` where chunking is to
                be set. More can be added later, but for files, Dropbox and Google
                Drive, which the API takes only here.
            tags: Tags to find it by.
            reranking_config: How what is found is put in order; None leaves it to the
                platform.
            database_id: The OpenSearch database it shall use; None makes a new one.
            size: How large a new database shall be, an `OpenSearchPlanSize`, a short
                name (`"small"`) or a wire value; None leaves it to the platform.
            vpc_uuid: The VPC of a new database; None leaves it to the platform.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            OutcomeUnknownError: The answer was lost; `list` tells whether there is a
                knowledge base of this name.
            UnprocessableEntityError: The API finds an argument wrong.
            GradientError: Whatever else a call may raise.

        Source: POST /v2/gen-ai/knowledge_bases, `genai_create_knowledge_base`.
        """
        sources = read_items("data_sources", data_sources, "data sources")
        request = _CREATE.request(
            body=body_of(
                name=read_text("name", name),
                embedding_model_uuid=read_optional_text(
                    "embedding_model_uuid", embedding_model_uuid
                ),
                project_id=read_optional_text("project_id", project_id),
                region=read_optional_text("region", region),
                datasources=[new_source_body(source) for source in sources] or None,
                tags=read_texts("tags", tags) or None,
                reranking_config=_read_reranking(reranking_config),
                database_id=read_optional_text("database_id", database_id),
                size=read_member("size", size, OpenSearchPlanSize),
                vpc_uuid=read_optional_text("vpc_uuid", vpc_uuid),
            )
        )
        return (await self._caller.call(request, KnowledgeBaseResponse)).knowledge_base

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
        Change a knowledge base, and give it as it is then; None leaves as it is.

        Sends one request, and again where a retry may help.

        Args:
            uuid: Id of the knowledge base.
            name: What to call it.
            project_id: The DigitalOcean project it shall belong to.
            tags: All its tags; an empty list takes them away.
            reranking_config: How what is found is put in order.
            database_id: The OpenSearch database it shall use.

        Raises:
            ConfigurationError: An argument cannot work, or there is nothing to
                change; nothing was sent.
            NotFoundError: The account has no such knowledge base.
            GradientError: Whatever else a call may raise.

        Source: PUT /v2/gen-ai/knowledge_bases/{uuid}, `genai_update_knowledge_base`.
        """
        changes = body_of(
            name=read_optional_text("name", name),
            project_id=read_optional_text("project_id", project_id),
            tags=None if tags is None else read_texts("tags", tags),
            reranking_config=_read_reranking(reranking_config),
            database_id=read_optional_text("database_id", database_id),
        )
        if not changes:
            msg = "there is nothing to change: give name, tags or another argument"
            raise ConfigurationError(msg)
        # The API's description has the id in the body too.
        request = _UPDATE.request(uuid=uuid, body=body_of(uuid=uuid) | changes)
        return (await self._caller.call(request, KnowledgeBaseResponse)).knowledge_base

    async def delete(self, uuid: str) -> None:
        """
        Delete a knowledge base, with its data sources and its schedule.

        Sends one request, and again where a retry may help. If an answer is lost and
        the knowledge base is not there any more afterwards, that is success.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: The account has no such knowledge base.
            GradientError: Whatever else a call may raise.

        Source: DELETE /v2/gen-ai/knowledge_bases/{uuid},
        `genai_delete_knowledge_base`.
        """
        await self._caller.send(_DELETE.request(uuid=uuid))


def _read_reranking(
    given: RerankingConfiguration | None,
) -> RerankingConfiguration | None:
    if given is not None:
        check_fields("reranking_config", given, RerankingConfiguration)
    return given
