"""List, add, change and delete data sources; upload files."""

from __future__ import annotations

import os
import re
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
from gradient_async.resources.methods import calls, paginates
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource
from gradient_async.resources.source_bodies import (
    AddableDataSource,
    build_added_source,
    build_chunking,
)
from gradient_async.transport.upload_content import Uploadable, find_content
from gradient_async.transport.uploads import OnProgress, Uploads

_PATH: Final = "/v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources"
_ONE: Final = _PATH + "/{data_source_uuid}"
_KEY: Final = "knowledge_base_data_source"
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
    _KEY,
    record=DataSourceRecord,
)
_UPDATE: Final = Operation(
    "genai_update_knowledge_base_data_source",
    "PUT",
    _ONE,
    KnowledgeBaseDataSource,
    _KEY,
    record=DataSourceRecord,
)
_DELETE: Final = Operation(
    "genai_delete_knowledge_base_data_source", "DELETE", _ONE, NoneType
)
_PRESIGN: Final = Operation(
    "genai_create_data_source_file_upload_presigned_urls",
    "POST",
    "/v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls",
    tuple[PresignedUpload, ...],
    "uploads",
)

# RFC 9110, section 8.3.1, with parameters of any kind.
_CONTENT_TYPE: Final = re.compile(r"[!-.0-~]+/[!-.0-~]+(?:;[ -~]*)?")


class DataSources(Resource):
    """
    The data sources of knowledge bases, `client.data_sources`.

    A data source is what a knowledge base indexes: a Spaces bucket, web pages, an
    uploaded file, an S3 bucket, a folder of Dropbox or Google Drive.
    """

    @paginates(_LIST)
    def list(
        self, knowledge_base_uuid: str, **paging: Unpack[Paging]
    ) -> Paginator[KnowledgeBaseDataSource]:
        """
        Iterate over the data sources of a knowledge base, across all pages.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
        """

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

    @calls(_DELETE)
    async def delete(self, knowledge_base_uuid: str, data_source_uuid: str) -> None:
        """
        Delete a data source from a knowledge base.

        Raises:
            ConflictError: A running job reads it.
            NotFoundError: The knowledge base has no such data source.
        """

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
        source: Uploadable,
        *,
        name: str | None = None,
        size: int | None = None,
        content_type: str = "application/octet-stream",
        to: PresignedUpload | None = None,
        on_progress: OnProgress | None = None,
    ) -> FileUploadDataSource:
        """
        Upload a file; return it as a data source for a new knowledge base.

            await client.data_sources.upload("handbook.pdf")
            await client.data_sources.upload(text.encode(), name="faq.txt")

        Requests a presigned URL, by one call with its own deadline, and streams the
        content to it in chunks of 256 KiB. The URL points to another host, which does
        not receive the token. The upload has no deadline; it fails if the network
        accepts no data for 300 seconds, and is not retried.

        Args:
            source: The path of a regular file; or bytes, a binary file object, or an
                async iterable of bytes, see `Uploadable`.
            name: Name of the file, required for anything but a path; None means the
                last part of the path.
            size: Size of the content in bytes, required where the source does not tell
                it: for async iterables, and files that cannot seek to their end. The
                source must have exactly that many.
            content_type: Media type of the content, sent as it is; it must be the one
                that was signed, if the presigned URL signs it.
            to: Where to upload it, from `create_presigned_urls`; None requests a new
                presigned URL.
            on_progress: Called after each chunk with the bytes sent and the total.

        Raises:
            OSError: The file is missing or cannot be read. What else the source raises
                ends the upload, too.
            UploadError: The upload failed; has `.sent_bytes`.
            OutcomeUnknownError: The response with the URL was lost; it is safe to call
                again.

        Source: POST
        /v2/gen-ai/knowledge_bases/data_sources/file_upload_presigned_urls,
        `genai_create_data_source_file_upload_presigned_urls`; then PUT to the URL.
        """
        check_callable("on_progress", on_progress)
        check_instance("to", to, PresignedUpload | None)
        _check_content_type(content_type)
        content = await find_content(source, size)
        name = _find_name(source, name)
        if to is None:
            (to,) = await self.create_presigned_urls(
                [PresignedUrlFile(name, content.size)]
            )
        caller = self._caller
        uploads = Uploads(caller.transport, caller.lifetime, base_url=caller.base_url)
        await uploads.put(
            content, to, content_type=content_type, on_progress=on_progress
        )
        return FileUploadDataSource(
            original_file_name=to.original_file_name or name,
            size_in_bytes=content.size,
            stored_object_key=to.object_key,
        )


def _find_name(source: Uploadable, name: str | None) -> str:
    """Return the name of the file; only a path has one of its own."""
    if name is None and isinstance(source, str | os.PathLike):
        return Path(source).name
    if name is None:
        msg = "name is required, unless the source is a path"
        raise ConfigurationError(msg)
    return require_nonempty_str("name", name)


def _check_content_type(value: str) -> None:
    check_instance("content_type", value, str)
    if not _CONTENT_TYPE.fullmatch(value):
        msg = f"content_type must be like text/plain, got {value!r}"
        raise ConfigurationError(msg)
