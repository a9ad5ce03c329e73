"""Put local files where presigned URLs say: in pieces, watched, without our token."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol

from gradient_async.errors import ClientClosedError, TransportError, UploadError
from gradient_async.models.uploads import PresignedUpload
from gradient_async.transport.lifetime import Lifetime
from gradient_async.transport.local_file import LocalFile
from gradient_async.transport.urls import presigned_path
from gradient_async.transport.wire import Response, Transport, Upload

_PIECE: Final = 256 * 1024

# A large file is no reason to give up, a host that takes nothing is. Only what the
# operating system takes can be seen here, and it keeps up to some megabytes for a slow
# link; so this is long, and it holds for the answer after the last piece too.
_PATIENCE: Final = 300.0

# S3's errors are small XML documents, whose code says it all.
_CODE: Final = re.compile(rb"<Code>([A-Za-z]{1,60})</Code>")


class OnProgress(Protocol):
    """
    What `upload` calls whenever a piece of the file was handed to the network.

    It must not block, and what it raises ends the upload.
    """

    def __call__(self, sent_bytes: int, total_bytes: int, /) -> None:
        """Take the bytes sent so far, and those of the whole file."""
        ...


class Uploads:
    """Uploads files to presigned URLs, within the lifetime of a client."""

    def __init__(self, transport: Transport, lifetime: Lifetime) -> None:
        self._transport = transport
        self._lifetime = lifetime

    async def put(
        self,
        path: Path,
        to: PresignedUpload,
        *,
        size: int,
        on_progress: OnProgress | None,
    ) -> None:
        """
        Put the first `size` bytes of a file to a presigned URL.

        Raises:
            ClientClosedError: The client was closed before the file was there.
            OSError: The file could not be read.
            UploadError: The file did not arrive whole.
        """
        scope = asyncio.timeout(_PATIENCE)

        def taken(sent_bytes: int) -> None:
            self._prolong(scope)
            if on_progress is not None:
                on_progress(sent_bytes, size)

        async with LocalFile(path) as file:
            pieces = _Pieces(file, size, taken)
            upload = _upload(to, size, pieces)
            if upload is None:
                msg = "the presigned URL leads nowhere that a file could be sent to"
                raise UploadError(msg, total_bytes=size)
            await self._put(upload, pieces, scope)

    def _prolong(self, scope: asyncio.Timeout) -> None:
        """Wait for the host anew; unless the time is up, or the client closed."""
        if not (scope.expired() or self._lifetime.has_ended):
            scope.reschedule(asyncio.get_running_loop().time() + _PATIENCE)

    async def _put(
        self, upload: Upload, pieces: _Pieces, scope: asyncio.Timeout
    ) -> None:
        status: int | None = None
        cause: TransportError | None = None
        try:
            self._lifetime.enter(scope)
            async with scope:
                answer = await self._transport.upload(upload)
            status = answer.status
            text = _refusal(answer, is_whole=pieces.sent == upload.size)
        except TransportError as error:
            text, cause = error.message, error
        except TimeoutError:
            if not scope.expired() and pieces.failure is None:
                raise
            text = _silence(is_whole=pieces.sent == upload.size)
        finally:
            self._lifetime.leave(scope)
        # Raised out here, without the frames of the transport.
        if pieces.failure is not None:
            raise pieces.failure.with_traceback(pieces.traceback)
        if text and self._lifetime.has_ended:
            msg = "the client was closed during an upload"
            raise ClientClosedError(msg, method="PUT", path=upload.path)
        if text:
            raise UploadError(
                text,
                method="PUT",
                path=upload.path,
                sent_bytes=pieces.sent,
                total_bytes=upload.size,
                status=status,
            ) from cause


class _Pieces:
    """A file's bytes, piece by piece, and how many of them were taken."""

    def __init__(
        self, file: LocalFile, size: int, taken: Callable[[int], None]
    ) -> None:
        self._file = file
        self._size = size
        self._taken = taken
        self.sent = 0
        """Bytes handed over so far."""
        self.failure: Exception | None = None
        """What went wrong on this side; the transport has its own words for it."""
        self.traceback: TracebackType | None = None
        """Where that was, without the frames of the transport, which hold the URL."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give piece after piece; the next is asked for when one was taken."""
        try:
            while self.sent < self._size:
                piece = await self._read()
                yield piece
                self.sent += len(piece)
                self._taken(self.sent)
        except Exception as error:
            self.failure, self.traceback = error, error.__traceback__
            raise

    async def _read(self) -> bytes:
        left = self._size - self.sent
        piece = await self._file.read(min(_PIECE, left))
        if not piece:
            msg = "the file became shorter while it was sent"
            raise UploadError(msg, sent_bytes=self.sent, total_bytes=self._size)
        return piece


def _upload(to: PresignedUpload, size: int, pieces: _Pieces) -> Upload | None:
    """Make what goes to the transport; None where the URL is none to send to."""
    # Whatever raises must not have the URL in a variable: its query is a secret.
    path = presigned_path(to.presigned_url)
    if path is None:
        return None
    return Upload(url=to.presigned_url, path=path, size=size, chunks=pieces)


def _silence(*, is_whole: bool) -> str:
    """Say what there was nothing of for too long."""
    if is_whole:
        return f"the host did not answer for {_PATIENCE:g} s"
    return f"nothing could be handed to the network for {_PATIENCE:g} s"


def _refusal(answer: Response, *, is_whole: bool) -> str:
    """Say why the host did not take the file; empty when it did."""
    if answer.is_success:
        return "" if is_whole else "the host answered before it had the whole file"
    code = _CODE.search(answer.body)
    reason = f", {code[1].decode()}" if code else ""
    return f"the host refused the file with status {answer.status}{reason}"
