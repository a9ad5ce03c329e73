"""Ask about a knowledge base's data sources, add, change and delete them; upload."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from types import NoneType
from typing import Final, Unpack

from gradient_async.checks import check_callable, check_instance
from gradient_async.errors import ConfigurationError, DecodeError
from gradient_async.models.data_sources import (
    ChunkingOptions,
    DataSourceResponse,
    DataSourcesResponse,
    FileUploadDataSource,
    KnowledgeBaseDataSource,
)
from gradient_async.models.uploads import (
    PresignedUpload,
    PresignedUploadsResponse,
    PresignedUrlFile,
)
from gradient_async.paging import Paginator, Paging
from gradient_async.resources.arguments import (
    body_of,
    check_fields,
    read_items,
    read_text,
)
from gradient_async.resources.paged import paginate
from gradient_async.resources.source_bodies import (
    AddableDataSource,
    added_source_body,
    chunking_body,
)
from gradient_async.transport.calls import Caller
from gradient_async.transport.uploads import OnProgress
from gradient_async.transport.wire import Endpoint

_OF_BASE: Final = "/v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources"
_LIST: Final = Endpoint("GET", _OF_BASE)
_CREATE: Final = Endpoint("POST", _OF_BASE)
_UPDATE: Final = Endpoint("PUT", _OF_BASE + "/{data_source_uuid}")
_DELETE: Final = Endpoint("DELETE", _OF_BASE + "/{data_source_uuid}")
_PRESIGN: Final = Endpoint(
    "POST", "/v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls"
)


class DataSources:
    """
    The data sources of knowledge bases, `client.data_sources`.

    A data source is what a knowledge base reads: a Spaces bucket, web pages, a file
    that was uploaded, an S3 bucket, a folder of Dropbox or Google Drive.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self, knowledge_base_uuid: str, **paging: Unpack[Paging]
    ) -> Paginator[KnowledgeBaseDataSource]:
        """
        Iterate over the data sources of a knowledge base, across all pages.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            **paging: Options of every list, see `Paging`.

        Raises:
            NotFoundError: While iterating: the account has no such knowledge base.

        Source: GET /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources,
        `genai_list_knowledge_base_data_sources`.
        """
        return paginate(
            self._caller,
            _LIST.request(knowledge_base_uuid=knowledge_base_uuid),
            DataSourcesResponse,
            **paging,
        )

    async def create(
        self,
        knowledge_base_uuid: str,
        source: AddableDataSource,
        *,
        chunking_algorithm: str | None = None,
        chunking_options: ChunkingOptions | None = None,
    ) -> KnowledgeBaseDataSource:
        """
        Add a data source to a knowledge base, and give it.

        Sends one request, and never a second one where the first may have been done.
        Nothing is indexed by this: `client.indexing_jobs.run(...)` does that.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            source: What to read: a `SpacesDataSource`, a `WebCrawlerDataSource` or an
                `AWSDataSource`. The API takes the other kinds only with a new
                knowledge base.
            chunking_algorithm: How to cut texts, a `ChunkingAlgorithm`, a short name
                (`"semantic"`) or a wire value; None leaves it to the platform.
            chunking_options: How large chunks are; None leaves it to the platform.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            NotFoundError: The account has no such knowledge base.
            OutcomeUnknownError: The answer was lost; `list` tells whether it is there.
            UnprocessableEntityError: The API finds an argument wrong.
            GradientError: Whatever else a call may raise.

        Source: POST /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources,
        `genai_create_knowledge_base_data_source`.
        """
        request = _CREATE.request(
            body=body_of(knowledge_base_uuid=knowledge_base_uuid)
            | added_source_body(source)
            | chunking_body(chunking_algorithm, chunking_options),
            knowledge_base_uuid=knowledge_base_uuid,
        )
        answer = await self._caller.call(request, DataSourceResponse)
        return answer.knowledge_base_data_source.to_data_source()

    async def update(
        self,
        knowledge_base_uuid: str,
        data_source_uuid: str,
        *,
        chunking_algorithm: str | None = None,
        chunking_options: ChunkingOptions | None = None,
    ) -> KnowledgeBaseDataSource:
        """
        Change how a data source is cut into chunks; None leaves as it is.

        Sends one request, and again where a retry may help.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            data_source_uuid: Id of the data source.
            chunking_algorithm: How to cut texts, a `ChunkingAlgorithm`, a short name
                (`"semantic"`) or a wire value.
            chunking_options: How large chunks are.

        Raises:
            ConfigurationError: An argument cannot work, or there is nothing to
                change; nothing was sent.
            NotFoundError: The knowledge base has no such data source.
            UnprocessableEntityError: The API finds an argument wrong.
            GradientError: Whatever else a call may raise.

        Source: PUT
        /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources/{data_source_uuid},
        `genai_update_knowledge_base_data_source`.
        """
        changes = chunking_body(chunking_algorithm, chunking_options)
        if not changes:
            msg = "there is nothing to change: give chunking_algorithm or _options"
            raise ConfigurationError(msg)
        # The API's description has the ids in the body too.
        ids = body_of(
            knowledge_base_uuid=knowledge_base_uuid, data_source_uuid=data_source_uuid
        )
        request = _UPDATE.request(
            body=ids | changes,
            knowledge_base_uuid=knowledge_base_uuid,
            data_source_uuid=data_source_uuid,
        )
        answer = await self._caller.call(request, DataSourceResponse)
        return answer.knowledge_base_data_source.to_data_source()

    async def delete(self, knowledge_base_uuid: str, data_source_uuid: str) -> None:
        """
        Delete a data source from a knowledge base.

        Sends one request, and again where a retry may help. If an answer is lost and
        the data source is not there any more afterwards, that is success.

        Raises:
            ConfigurationError: An id could lead to another path; nothing was sent.
            ConflictError: A job that reads it is running.
            NotFoundError: The knowledge base has no such data source.
            GradientError: Whatever else a call may raise.

        Source: DELETE
        /v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources/{data_source_uuid},
        `genai_delete_knowledge_base_data_source`.
        """
        request = _DELETE.request(
            knowledge_base_uuid=knowledge_base_uuid, data_source_uuid=data_source_uuid
        )
        await self._caller.send(request)

    async def create_presigned_urls(
        self, files: Iterable[PresignedUrlFile]
    ) -> tuple[PresignedUpload, ...]:
        """
        Ask for URLs to which files may be put, one for each, in the order given.

        Sends one request. `upload` does this by itself for one file.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            OutcomeUnknownError: The answer was lost; to ask again does no harm.
            GradientError: Whatever else a call may raise.

        Source: POST
        /v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls,
        `genai_create_data_source_file_upload_presigned_urls`.
        """
        given = read_items("files", files, "PresignedUrlFile(...)")
        asked = [_read_file(file) for file in given]
        request = _PRESIGN.request(body=body_of(files=asked))
        answer = await self._caller.call(request, PresignedUploadsResponse)
        if len(answer.uploads) != len(asked):
            msg = f"Expected {len(asked)} places for files, got {len(answer.uploads)}"
            raise DecodeError(
                msg, method=request.method, path=request.path, json_path="$.uploads"
            )
        return answer.uploads

    async def upload(
        self,
        path: str | os.PathLike[str],
        *,
        to: PresignedUpload | None = None,
        on_progress: OnProgress | None = None,
    ) -> FileUploadDataSource:
        """
        Upload a local file, and give it as a data source for a new knowledge base.

        Asks for a presigned URL, by one call with its own deadline, and puts the file
        there: piece by piece, of 256 KiB, so that its size does not matter. The URL
        leads elsewhere than to the API, and the token does not go there. An upload
        takes as long as it takes, but ends when nothing could be handed to the network
        for 300 seconds. It is not tried again by itself.

        Args:
            path: The file.
            to: Where to put it, one of `create_presigned_urls`; None asks for a place.
            on_progress: Called with the bytes sent so far and in all, after each piece.

        Raises:
            ConfigurationError: `path` is no file; nothing was sent.
            OSError: The file is not there or cannot be read.
            UploadError: The file did not arrive whole; has `.sent_bytes`.
            OutcomeUnknownError: The answer with the URL was lost; to upload again does
                no harm.
            GradientError: Whatever else a call may raise.

        Source: POST
        /v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls,
        `genai_create_data_source_file_upload_presigned_urls`; then PUT to the URL.
        """
        check_instance("path", path, (str, os.PathLike), "a path")
        check_callable("on_progress", on_progress)
        file = Path(path)
        check_instance("to", to, (PresignedUpload, NoneType), "a PresignedUpload")
        size = await asyncio.to_thread(_size, file)
        if to is None:
            (to,) = await self.create_presigned_urls(
                [PresignedUrlFile(file.name, size)]
            )
        await self._caller.uploads.put(file, to, size=size, on_progress=on_progress)
        return FileUploadDataSource(
            original_file_name=to.original_file_name or file.name,
            size_in_bytes=size,
            stored_object_key=to.object_key,
        )


def _read_file(file: PresignedUrlFile) -> PresignedUrlFile:
    check_fields("each of files", file, PresignedUrlFile)
    read_text("file_name", file.file_name)
    return file


def _size(file: Path) -> int:
    """Give the size of a file in bytes; refuse what is none."""
    try:
        found = file.stat()
    except ValueError:
        # A character that no path can have.
        found = None
    if not found or not stat.S_ISREG(found.st_mode):
        msg = f"path must be a file, which {str(file)!r} is not"
        raise ConfigurationError(msg)
    return found.st_size
