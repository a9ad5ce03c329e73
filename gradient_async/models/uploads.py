"""Uploads: files that become data sources."""

from __future__ import annotations

import attrs

from gradient_async.models.base import SECRET, APIObject
from gradient_async.models.scalars import Int64, Timestamp


@attrs.frozen
class PresignedUrlFile(APIObject):
    """A file to request a presigned URL for."""

    file_name: str
    """Name of the file, without folders."""
    file_size: Int64
    """Size of the file, in bytes."""


@attrs.frozen(kw_only=True)
class PresignedUpload(APIObject):
    """Where to upload one file; `to_dict` and `repr` leave out the URL."""

    original_file_name: str = ""
    """Name of the file, as requested."""
    object_key: str = ""
    """Key under which the file will be stored."""
    presigned_url: str = attrs.field(default="", repr=False, metadata=SECRET)
    """URL to PUT the file to; anyone who has it can write there."""
    expires_at: Timestamp | None = None
    """Time until which the URL is valid, UTC."""
