"""Upload to presigned URLs: in chunks, with progress, without a token."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Final, NoReturn, TypeAlias
from urllib.parse import urlsplit

from gradient_async.errors import ClientClosedError, TransportError, UploadError
from gradient_async.models.uploads import PresignedUpload
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.local_file import ReadFile
from gradient_async.transport.upload_content import UploadContent
from gradient_async.transport.urls import is_local, presigned_path
from gradient_async.transport.wire import Response, Transport, Upload

_CHUNK_SIZE: Final = 256 * 1024

# Limits a stall, not the whole upload. Only bytes accepted by the operating system are
# visible here, and it buffers several megabytes, so this is long. Also limits the wait
# for the response after the last chunk.
_STALL_TIMEOUT: Final = 300.0

# S3's errors are small XML documents; the code is enough.
_CODE: Final = re.compile(rb"<Code>([A-Za-z]{1,60})</Code>")


OnProgress: TypeAlias = Callable[[int, int], object]
"""
Called with the bytes sent so far and the file's size, after each chunk of an upload.

A chunk counts when it is handed to the network. The function must not block; an error
that it raises ends the upload.
"""


class Uploads:
    """
    Uploads files to presigned URLs during the lifetime of a client.

    Args:
        transport: What sends them.
        lifetime: The lifetime of the client.
        base_url: The client's base URL: only if it leads to this machine may a
            presigned URL do so, too.
    """

    def __init__(
        self, transport: Transport, lifetime: Lifetime, *, base_url: str
    ) -> None:
        self._transport = transport
        self._lifetime = lifetime
        self._may_be_local = is_local(urlsplit(base_url))

    async def put(
        self,
        content: UploadContent,
        to: PresignedUpload,
        *,
        content_type: str,
        on_progress: OnProgress | None,
    ) -> None:
        """
        Upload content to a presigned URL.

        Raises:
            ClientClosedError: The client was closed before the upload finished.
            OSError: The content could not be read.
            UploadError: The content was not uploaded completely.
        """
        scope = asyncio.timeout(_STALL_TIMEOUT)

        def report(sent_bytes: int) -> None:
            self._extend(scope)
            if on_progress is not None:
                on_progress(sent_bytes, content.size)

        # No frame that raises may hold the URL in a variable: its query is a secret.
        path = presigned_path(to.presigned_url, may_be_local=self._may_be_local)
        if path is None:
            msg = "the presigned URL is not a valid https URL of another machine"
            raise UploadError(msg, total_bytes=content.size)
        async with content.open() as read:
            chunks = _Chunks(read, content, report)
            upload = Upload(
                url=to.presigned_url,
                path=path,
                size=content.size,
                content_type=content_type,
                chunks=chunks,
            )
            await self._put(upload, chunks, scope)

    def _extend(self, scope: asyncio.Timeout) -> None:
        """Restart the stall timeout, unless it has expired or the client is closed."""
        if not (scope.expired() or self._lifetime.has_ended):
            scope.reschedule(asyncio.get_running_loop().time() + _STALL_TIMEOUT)

    async def _put(
        self, upload: Upload, chunks: _Chunks, scope: asyncio.Timeout
    ) -> None:
        status: int | None = None
        cause: TransportError | None = None
        try:
            self._lifetime.enter(scope)
            async with scope:
                response = await self._transport.upload(upload)
            status = response.status
            text = _rejection(response, is_complete=chunks.sent == upload.size)
        except TransportError as error:
            text, cause = error.message, error
        except TimeoutError:
            if not scope.expired() and chunks.failure is None:
                raise
            text = _stall(is_complete=chunks.sent == upload.size)
        finally:
            self._lifetime.leave(scope)
        # Raised here so that the traceback omits the transport's frames.
        if chunks.failure is not None:
            raise chunks.failure.with_traceback(chunks.traceback)
        if text and self._lifetime.has_ended:
            msg = "the client was closed during an upload"
            raise ClientClosedError(msg, method="PUT", path=upload.path)
        if text:
            raise UploadError(
                text,
                method="PUT",
                path=upload.path,
                sent_bytes=chunks.sent,
                total_bytes=upload.size,
                status=status,
            ) from cause


class _Chunks:
    """The chunks of content, and the number of bytes sent."""

    def __init__(
        self, read: ReadFile, content: UploadContent, report: Callable[[int], None]
    ) -> None:
        self._read_content = read
        self._size = content.size
        self._is_size_claimed = content.is_size_claimed
        self._report = report
        self.sent = 0
        """Bytes handed to the network so far."""
        self.failure: Exception | None = None
        """Error of this side, which the transport replaces with its own."""
        self.traceback: TracebackType | None = None
        """Traceback of it, without the transport's frames, which hold the URL."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield chunks; a request for the next one means that the last was sent."""
        try:
            await self._check_end(0)
            while self.sent < self._size:
                chunk = await self._read()
                yield chunk
                self.sent += len(chunk)
                self._report(self.sent)
        except Exception as error:
            self.failure, self.traceback = error, error.__traceback__
            raise

    async def _read(self) -> bytes:
        left = self._size - self.sent
        chunk = await self._read_content(min(_CHUNK_SIZE, left))
        if not chunk:
            self._fail("the file shrank during the upload", "has fewer bytes")
        await self._check_end(self.sent + len(chunk))
        return chunk

    async def _check_end(self, read: int) -> None:
        """Check before the last chunk is sent that nothing follows it."""
        is_end = self._is_size_claimed and read == self._size
        if is_end and await self._read_content(1):
            self._fail("", "has more bytes")

    def _fail(self, text: str, difference: str) -> NoReturn:
        if self._is_size_claimed:
            text = f"the source {difference} than size says"
        raise UploadError(text, sent_bytes=self.sent, total_bytes=self._size)


def _stall(*, is_complete: bool) -> str:
    """Return the message for a stalled upload."""
    if is_complete:
        return f"no response from the storage host for {_STALL_TIMEOUT:g} s"
    return f"the network accepted no data for {_STALL_TIMEOUT:g} s"


def _rejection(response: Response, *, is_complete: bool) -> str:
    """Return why the host rejected the file; empty if it did not."""
    if response.is_success:
        early = "the storage host responded before it had the whole file"
        return "" if is_complete else early
    code = _CODE.search(response.body)
    reason = f", {code[1].decode()}" if code else ""
    return f"the storage host rejected the file with status {response.status}{reason}"
