"""No text that a model produces contains a secret."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest

from gradient_async.models import (
    AWSDataSource,
    DropboxDataSource,
    GoogleDriveDataSource,
    NewDataSource,
    PresignedUpload,
)
from tests.models.samples import MODELS
from tests.support.responses import DetailsResponse

SECRET = "hunter2"
URL = f"https://storage.example.com/key?X-Amz-Signature={SECRET}"

AWS = AWSDataSource(bucket_name="shown", key_id=SECRET, secret_key=SECRET)
UPLOAD = PresignedUpload(object_key="shown", presigned_url=URL)


@pytest.mark.parametrize(
    "model",
    [
        AWS,
        DropboxDataSource(folder="shown", refresh_token=SECRET),
        GoogleDriveDataSource(folder_id="shown", refresh_token=SECRET),
        NewDataSource(AWS),
        UPLOAD,
    ],
    ids=lambda it: type(it).__name__,
)
def test_secrets_are_not_shown(model: Any) -> None:
    """A secret can be read, but is in no text, unlike other fields."""
    texts = f"{model} {model!r} {[model]} {ValueError(model)!r}"

    assert SECRET in str(attrs.astuple(model))
    assert "shown" in texts
    assert SECRET not in texts


def test_urls_of_reports_are_not_shown() -> None:
    """The URL of a report can be read, but is in no text."""
    response = DetailsResponse(signed_url=URL)

    assert URL == response.signed_url
    assert "Response()" == repr(response)


def test_fields_with_secret_names_are_not_shown() -> None:
    """No field whose name suggests a secret is in the repr of its model."""
    fields = [
        (model.__name__, field.name, field.repr)
        for model in MODELS
        for field in attrs.fields(model)
        if re.search(r"secret|refresh_token|key_id|password|signed", field.name)
    ]

    assert [
        ("AWSDataSource", "key_id", False),
        ("AWSDataSource", "secret_key", False),
        ("DropboxDataSource", "refresh_token", False),
        ("GoogleDriveDataSource", "refresh_token", False),
        ("PresignedUpload", "presigned_url", False),
    ] == sorted(fields)
