"""A decoded data source has all properties of the API's record of it."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from gradient_async.codec import JSON, Codec, encode_json, make_converter
from gradient_async.models import (
    KnowledgeBaseDataSource,
    SpacesDataSource,
    UnknownDataSource,
)
from gradient_async.models.data_sources import DataSourceRecord
from tests.contract.facts import SCHEMAS
from tests.contract.schemas import CLASSES
from tests.contract.values import full_value

SCHEMA: Final = SCHEMAS["apiKnowledgeBaseDataSource"]
KINDS: Final = sorted(it for it in SCHEMA.properties if it.endswith("_data_source"))
OLDER: Final = ("bucket_name", "item_path", "region")
PLAIN: Final = sorted(SCHEMA.properties.keys() - {*KINDS, *OLDER})


BOTH: Final = pytest.mark.parametrize(
    "codec", [Codec(), Codec(make_converter())], ids=["fast", "converter"]
)


def decode(*names: str) -> DataSourceRecord:
    """Decode a data source with these properties only."""
    full: Any = full_value(SCHEMA)
    return decode_from({name: full[name] for name in names}, Codec())


def decode_from(document: JSON, codec: Codec) -> DataSourceRecord:
    """Decode a data source."""
    return codec.decode(encode_json(document), DataSourceRecord)


@pytest.mark.parametrize("name", PLAIN)
def test_plain(name: str) -> None:
    """A property that does not determine the kind is kept as it is."""
    record = decode(name)

    assert getattr(record, name) == getattr(record.to_result(), name)
    assert getattr(DataSourceRecord(), name) != getattr(record.to_result(), name)


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    """The property that determines the kind becomes `source`, of its own class."""
    record = decode(name, *OLDER)

    assert getattr(record, name) == record.to_result().source
    assert CLASSES[SCHEMA.properties[name].ref] is type(record.to_result().source)


@BOTH
@pytest.mark.parametrize("name", KINDS)
def test_empty_kinds(name: str, codec: Codec) -> None:
    """The property of a kind decides, even if it is empty."""
    kind = CLASSES[SCHEMA.properties[name].ref]

    assert kind() == decode_from({name: {}}, codec).to_result().source


@BOTH
@pytest.mark.parametrize(
    "document",
    [
        {},
        {"tomorrow_data_source": {"folder": "/a"}},
        {"spaces_data_source": None, "bucket_name": None},
        {"region": "nyc3", "item_path": "folder"},
        {"bucket_name": "", "region": "nyc3"},
    ],
)
def test_unknown_kinds(document: dict[str, JSON], codec: Codec) -> None:
    """A kind that is new, or missing, is an unknown data source with an id."""
    source = decode_from({"uuid": "source-8"} | document, codec).to_result()

    assert KnowledgeBaseDataSource(uuid="source-8", source=UnknownDataSource()) == (
        source
    )


def test_older() -> None:
    """The deprecated properties become a Spaces bucket."""
    record = decode(*OLDER)
    fields = {name: getattr(record, name) for name in OLDER}

    assert SpacesDataSource(**fields) == record.to_result().source
    assert fields == attrs.asdict(SpacesDataSource(**fields))
