"""A sample of every model, with every field set that the API sets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import attrs

from gradient_async import models
from gradient_async.codec import Codec
from gradient_async.models import (
    AWSDataSource,
    ChunkingOptions,
    DropboxDataSource,
    GoogleDriveDataSource,
    NewDataSource,
    OpenEnum,
    PresignedUrlFile,
    UnknownDataSource,
)
from tests.codec.documents import (
    DATA_SOURCE,
    KINDS,
    KNOWLEDGE_BASE,
    LIST,
    MODEL,
    REGION,
    SCHEDULE,
    UPLOAD,
)
from tests.support.responses import (
    DataSourceResponse,
    DataSourcesResponse,
    DetailsResponse,
    IndexedDataSourcesResponse,
    IndexingJobResponse,
    IndexingJobsResponse,
    KnowledgeBaseDetailsResponse,
    KnowledgeBaseResponse,
    KnowledgeBasesResponse,
    ModelsResponse,
    PresignedUploadsResponse,
    RegionsResponse,
    ScheduledIndexingResponse,
)
from tests.support.shapes import NEW_JOB, PAGE

MODULES = [
    import_module(f"{models.__name__}.{module.name}")
    for module in iter_modules(models.__path__)
]
"""The modules of the models."""


def classes_of(module: ModuleType) -> Iterator[type]:
    """Yield the classes that a module defines."""
    for kind in vars(module).values():
        if isinstance(kind, type) and kind.__module__ == module.__name__:
            yield kind


CLASSES = [kind for module in MODULES for kind in classes_of(module)]

MODELS = [kind for kind in CLASSES if attrs.has(kind)]
"""Every attrs class of the models."""

ENUMS = [kind for kind in CLASSES if issubclass(kind, OpenEnum) and kind != OpenEnum]
"""Every enum of the models."""

RESPONSES: dict[type, Any] = {
    DataSourceResponse: {"knowledge_base_data_source": DATA_SOURCE},
    DataSourcesResponse: LIST | {"knowledge_base_data_sources": KINDS},
    DetailsResponse: {"signed_url": "https://storage.example.com/report?signature=x"},
    IndexedDataSourcesResponse: {"indexed_data_sources": NEW_JOB["data_source_jobs"]},
    IndexingJobResponse: {"job": NEW_JOB},
    IndexingJobsResponse: PAGE,
    KnowledgeBaseResponse: {"knowledge_base": KNOWLEDGE_BASE},
    KnowledgeBaseDetailsResponse: {"knowledge_base": KNOWLEDGE_BASE},
    KnowledgeBasesResponse: LIST | {"knowledge_bases": [KNOWLEDGE_BASE]},
    ModelsResponse: LIST | {"models": [MODEL]},
    PresignedUploadsResponse: {"request_id": "request-1", "uploads": [UPLOAD]},
    RegionsResponse: {"regions": [REGION]},
    ScheduledIndexingResponse: {"indexing_info": SCHEDULE},
}

INPUTS: list[Any] = [
    AWSDataSource(bucket_name="b", key_id="id", secret_key="key"),
    DropboxDataSource(folder="/a", refresh_token="token"),
    GoogleDriveDataSource(folder_id="a", refresh_token="token"),
    NewDataSource(AWSDataSource(bucket_name="b"), chunking_options=ChunkingOptions()),
    PresignedUrlFile("a.pdf", 5),
    UnknownDataSource(),
]


def parts(value: Any) -> Iterator[Any]:
    """Yield each model in a value, the value included."""
    if isinstance(value, tuple):
        for item in value:
            yield from parts(item)
    elif attrs.has(type(value)):
        yield value
        for field in attrs.fields(type(value)):
            yield from parts(getattr(value, field.name))


def decode(shape: type) -> Any:
    """Decode a response of a class."""
    return Codec().decode(json.dumps(RESPONSES[shape]).encode(), shape)


ALL = [*(decode(shape) for shape in RESPONSES), *INPUTS]
ALL.append(decode(DataSourceResponse).knowledge_base_data_source.to_result())

SAMPLES: dict[type, Any] = {
    type(part): part for part in parts(tuple(ALL)) if type(part) in MODELS
}
"""One object of each class."""
