"""What the API writes of a data source is in what the package shows of it."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from gradient_async.codec import Codec, encode_json
from gradient_async.models import SpacesDataSource
from gradient_async.models.data_sources import DataSourceRecord
from tests.contract.classes import CLASSES
from tests.contract.facts import ALL
from tests.contract.values import fullest

SCHEMA: Final = ALL.schemas["apiKnowledgeBaseDataSource"]
KINDS: Final = sorted(it for it in SCHEMA.properties if it.endswith("_data_source"))
OLDER: Final = ("bucket_name", "item_path", "region")
PLAIN: Final = sorted(SCHEMA.properties.keys() - {*KINDS, *OLDER})


def decode(*names: str) -> DataSourceRecord:
    """Decode a data source with these properties alone."""
    full: Any = fullest(SCHEMA)
    body = encode_json({name: full[name] for name in names})
    return Codec().decode(body, DataSourceRecord)


@pytest.mark.parametrize("name", PLAIN)
def test_plain(name: str) -> None:
    """A property that tells no kind is shown as it is."""
    record = decode(name)

    assert getattr(record, name) == getattr(record.to_data_source(), name)
    assert getattr(DataSourceRecord(), name) != getattr(record.to_data_source(), name)


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    """The property that tells the kind is shown as the source, by its own class."""
    record = decode(name)

    assert getattr(record, name) == record.to_data_source().source
    assert CLASSES[SCHEMA.properties[name].ref] is type(record.to_data_source().source)


def test_older() -> None:
    """The properties that were moved are shown as a bucket."""
    record = decode(*OLDER)
    fields = {name: getattr(record, name) for name in OLDER}

    assert SpacesDataSource(**fields) == record.to_data_source().source
    assert fields == attrs.asdict(SpacesDataSource(**fields))
