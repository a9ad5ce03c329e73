"""A decoded data source has all properties of the API's record of it."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from gradient_async.codec import Codec, encode_json
from gradient_async.models import SpacesDataSource
from gradient_async.models.data_sources import DataSourceRecord
from tests.contract.facts import SCHEMAS
from tests.contract.schemas import CLASSES
from tests.contract.values import full_value

SCHEMA: Final = SCHEMAS["apiKnowledgeBaseDataSource"]
KINDS: Final = sorted(it for it in SCHEMA.properties if it.endswith("_data_source"))
OLDER: Final = ("bucket_name", "item_path", "region")
PLAIN: Final = sorted(SCHEMA.properties.keys() - {*KINDS, *OLDER})


def decode(*names: str) -> DataSourceRecord:
    """Decode a data source with these properties only."""
    full: Any = full_value(SCHEMA)
    body = encode_json({name: full[name] for name in names})
    return Codec().decode(body, DataSourceRecord)


@pytest.mark.parametrize("name", PLAIN)
def test_plain(name: str) -> None:
    """A property that does not determine the kind is kept as it is."""
    record = decode(name)

    assert getattr(record, name) == getattr(record.to_result(), name)
    assert getattr(DataSourceRecord(), name) != getattr(record.to_result(), name)


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    """The property that determines the kind becomes `source`, of its own class."""
    record = decode(name)

    assert getattr(record, name) == record.to_result().source
    assert CLASSES[SCHEMA.properties[name].ref] is type(record.to_result().source)


def test_older() -> None:
    """The deprecated properties become a Spaces bucket."""
    record = decode(*OLDER)
    fields = {name: getattr(record, name) for name in OLDER}

    assert SpacesDataSource(**fields) == record.to_result().source
    assert fields == attrs.asdict(SpacesDataSource(**fields))
