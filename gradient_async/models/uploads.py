"""Uploads: files on their way to become data sources."""

from __future__ import annotations

import attrs

from gradient_async.models.int64 import Int64
from gradient_async.models.timestamp import Timestamp


@attrs.frozen
class PresignedUrlFile:
    """A file that a presigned URL is asked for."""

    file_name: str
    """Name of the file, without folders."""
    file_size: Int64
    """Size of the file, in bytes."""


@attrs.frozen(kw_only=True)
class PresignedUpload:
    """Where one file may be put."""

    original_file_name: str = ""
    """Name that was asked for."""
    object_key: str = ""
    """Key that the file will be stored under."""
    presigned_url: str = attrs.field(default="", repr=False)
    """Where to PUT the file; whoever has this URL may do so."""
    expires_at: Timestamp | None = None
    """Until when, UTC."""


@attrs.frozen(kw_only=True)
class PresignedUploadsResponse:
    """The answer that carries where files may be put."""

    uploads: tuple[PresignedUpload, ...] = ()
    """One for each file, in the order asked."""
    request_id: str = ""
    """The server's name for the request."""
