"""A sample of every model, with every field set that the API sets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType, NoneType
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
    RetrievedChunk,
    UnknownDataSource,
)
from gradient_async.models.retrieval import RetrievalResponse
from tests.contract.facts import COVERED
from tests.contract.values import full_value
from tests.support.operations import OPERATIONS
from tests.support.responses import DataSourceResponse

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
    OPERATIONS[identifier].response: full_value(fact.response)
    for identifier, fact in COVERED.items()
    if fact.response is not None and OPERATIONS[identifier].payload is not NoneType
}
"""The fullest response of each class."""

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
ALL.append(RetrievalResponse(results=(RetrievedChunk(text_content="a"),)))
ALL.append(ALL[-1].to_result())

SAMPLES: dict[type, Any] = {
    type(part): part for part in parts(tuple(ALL)) if type(part) in MODELS
}
"""One object of each class."""
