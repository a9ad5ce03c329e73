"""List, add, change and delete data sources; upload files."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from types import NoneType
from typing import Final, Unpack

from gradient_async.checks import (
    check_callable,
    check_instance,
    require_nonempty_str,
)
from gradient_async.errors import ConfigurationError, DecodeError
from gradient_async.models.data_sources import (
    ChunkingOptions,
    DataSourceRecord,
    FileUploadDataSource,
    KnowledgeBaseDataSource,
)
from gradient_async.models.uploads import PresignedUpload, PresignedUrlFile
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.arguments import checked
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource
from gradient_async.resources.source_bodies import (
    AddableDataSource,
    build_added_source,
    build_chunking,
)
from gradient_async.transport.uploads import OnProgress, Uploads

_PATH: Final = "/v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources"
_LIST: Final = ListOperation(
    "genai_list_knowledge_base_data_sources",
    _PATH,
    KnowledgeBaseDataSource,
    "knowledge_base_data_sources",
    record=DataSourceRecord,
)
_CREATE: Final = Operation(
    "genai_create_knowledge_base_data_source",
    "POST",
    _PATH,
    KnowledgeBaseDataSource,
    "knowledge_base_data_source",
    record=DataSourceRecord,
)
_UPDATE: Final = Operation(
    "genai_update_knowledge_base_data_source",
    "PUT",
    _PATH + "/{data_source_uuid}",
    KnowledgeBaseDataSource,
    "knowledge_base_data_source",
    record=DataSourceRecord,
)
_DELETE: Final = Operation(
    "genai_delete_knowledge_base_data_source",
    "DELETE",
    _PATH + "/{data_source_uuid}",
    NoneType,
)
_PRESIGN: Final = Operation(
    "genai_create_data_source_file_upload_presigned_urls",
    "POST",
    "/v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls",
    tuple[PresignedUpload, ...],
    "uploads",
)


class DataSources(Resource):
    """
    The data sources of knowledge bases, `client.data_sources`.

    A data source is what a knowledge base indexes: a Spaces bucket, web pages, an
    uploaded file, an S3 bucket, a folder of Dropbox or Google Drive.
    """

    def list(
        self, knowledge_base_uuid: str, **paging: Unpack[Paging]
    ) -> Paginator[KnowledgeBaseDataSource]:
        """
        Iterate over the data sources of a knowledge base, across all pages.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            **paging: Options of every list, see `Paging`.

        Raises:
            NotFoundError: While iterating: there is no such knowledge base.

        Source: GET /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources,
        `genai_list_knowledge_base_data_sources`.
        """
        request = _LIST.request(knowledge_base_uuid=knowledge_base_uuid)
        return _LIST.paginate(self._caller, request, **paging)

    async def create(
        self,
        knowledge_base_uuid: str,
        source: AddableDataSource,
        *,
        chunking_algorithm: str | None = None,
        chunking_options: ChunkingOptions | None = None,
    ) -> KnowledgeBaseDataSource:
        """
        Add a data source to a knowledge base and return it.

        This does not index it; `client.indexing_jobs.run(...)` does.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            source: What to index: a `SpacesDataSource`, a `WebCrawlerDataSource` or an
                `AWSDataSource`. The API accepts the other kinds only when it creates
                a knowledge base.
            chunking_algorithm: How to split texts, as a `ChunkingAlgorithm` member, a
                short name (`"semantic"`) or a wire value; None leaves it to the
                platform.
            chunking_options: Sizes of the chunks; None leaves them to the platform.

        Raises:
            NotFoundError: There is no such knowledge base.
            OutcomeUnknownError: The response was lost; call `list` to see whether the
                data source was added.

        Source: POST /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources,
        `genai_create_knowledge_base_data_source`.
        """
        return await _CREATE.call(
            self._caller,
            knowledge_base_uuid=knowledge_base_uuid,
            **build_added_source(source),
            **build_chunking(chunking_algorithm, chunking_options),
        )

    async def update(
        self,
        knowledge_base_uuid: str,
        data_source_uuid: str,
        *,
        chunking_algorithm: str | None = None,
        chunking_options: ChunkingOptions | None = None,
    ) -> KnowledgeBaseDataSource:
        """
        Change the chunking of a data source and return it; None changes nothing.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            data_source_uuid: Id of the data source.
            chunking_algorithm: How to split texts, as for `create`.
            chunking_options: Sizes of the chunks.

        Raises:
            NotFoundError: The knowledge base has no such data source.

        Source: PUT
        /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources/{data_source_uuid},
        `genai_update_knowledge_base_data_source`.
        """
        return await _UPDATE.call(
            self._caller,
            knowledge_base_uuid=knowledge_base_uuid,
            data_source_uuid=data_source_uuid,
            **build_chunking(chunking_algorithm, chunking_options),
        )

    async def delete(self, knowledge_base_uuid: str, data_source_uuid: str) -> None:
        """
        Delete a data source from a knowledge base.

        Raises:
            ConflictError: A running job reads it.
            NotFoundError: The knowledge base has no such data source.

        Source: DELETE
        /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources/{data_source_uuid},
        `genai_delete_knowledge_base_data_source`.
        """
        await _DELETE.call(
            self._caller,
            knowledge_base_uuid=knowledge_base_uuid,
            data_source_uuid=data_source_uuid,
        )

    @checked
    async def create_presigned_urls(
        self, files: Iterable[PresignedUrlFile]
    ) -> tuple[PresignedUpload, ...]:
        """
        Create presigned URLs to upload files to, one per file and in the same order.

        `upload` does this itself for a single file.

        Raises:
            OutcomeUnknownError: The response was lost; it is safe to call again.

        Source: POST
        /v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls,
        `genai_create_data_source_file_upload_presigned_urls`.
        """
        wanted = tuple(files)
        for file in wanted:
            require_nonempty_str("file_name", file.file_name)
        uploads = await _PRESIGN.call(self._caller, files=wanted)
        if len(uploads) != len(wanted):
            msg = f"Expected {len(wanted)} presigned URLs, got {len(uploads)}"
            raise DecodeError(
                msg, method="POST", path=_PRESIGN.path, json_path="$.uploads"
            )
        return uploads

    async def upload(
        self,
        path: str | os.PathLike[str],
        *,
        to: PresignedUpload | None = None,
        on_progress: OnProgress | None = None,
    ) -> FileUploadDataSource:
        """
        Upload a local file; return it as a data source for a new knowledge base.

        Requests a presigned URL, by one call with its own deadline, and streams the
        file to it in chunks of 256 KiB. The URL points to another host, which does
        not receive the token. The upload has no deadline; it fails if the network
        accepts no data for 300 seconds, and is not retried.

        Args:
            path: The file.
            to: Where to upload it, from `create_presigned_urls`; None requests a new
                presigned URL.
            on_progress: Called after each chunk with the bytes sent and the total.

        Raises:
            OSError: The file is missing or cannot be read.
            UploadError: The upload failed; has `.sent_bytes`.
            OutcomeUnknownError: The response with the URL was lost; it is safe to call
                again.

        Source: POST
        /v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls,
        `genai_create_data_source_file_upload_presigned_urls`; then PUT to the URL.
        """
        check_instance("path", path, str | os.PathLike)
        check_callable("on_progress", on_progress)
        check_instance("to", to, PresignedUpload | None)
        file = Path(path)
        size = await asyncio.to_thread(_get_size, file)
        if to is None:
            (to,) = await self.create_presigned_urls(
                [PresignedUrlFile(file.name, size)]
            )
        uploads = Uploads(self._caller.transport, self._caller.lifetime)
        await uploads.put(file, to, size=size, on_progress=on_progress)
        return FileUploadDataSource(
            original_file_name=to.original_file_name or file.name,
            size_in_bytes=size,
            stored_object_key=to.object_key,
        )


def _get_size(file: Path) -> int:
    """Return the size of a regular file in bytes; refuse anything else."""
    try:
        found = file.stat()
    except ValueError:
        # The path contains a character that no path can have.
        found = None
    if not found or not stat.S_ISREG(found.st_mode):
        msg = f"path must be a regular file, got {str(file)!r}"
        raise ConfigurationError(msg)
    return found.st_size
