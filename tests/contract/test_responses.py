"""Every property of every response is a field of the right type, and gets decoded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import GenericAlias, NoneType
from typing import Any, Final, get_type_hints

import attrs
import pytest

from gradient_async.codec import JSON, Codec, encode_json, make_converter
from gradient_async.models.lists import ListResponse
from gradient_async.models.scalars import Int64, Timestamp
from tests.contract.departures import ADDED, IGNORED, NULLABLE
from tests.contract.facts import (
    COVERED,
    RESPONSE_SCHEMAS,
    SCHEMAS,
    Fact,
    Shape,
    resolve,
)
from tests.contract.recording import record_call
from tests.contract.schemas import CLASSES, ENUMS, PAIRS
from tests.contract.values import full_value
from tests.support.operations import OPERATIONS

CODECS: Final = {"fast": Codec(), "converter": Codec(make_converter())}

OBJECTS: Final = {name: it for name, it in RESPONSE_SCHEMAS.items() if not it.enum}
PROPERTIES: Final = [
    (schema, name)
    for schema in CLASSES
    for name in OBJECTS[schema].properties
    if (schema, name) not in IGNORED
]
WITH_RESULT: Final = [
    it for it in COVERED.values() if OPERATIONS[it.id].payload is not NoneType
]
WITHOUT_RESULT: Final = [it for it in COVERED.values() if it not in WITH_RESULT]

_TYPES: Final[Mapping[tuple[str, str], set[Any]]] = {
    ("string", ""): {str},
    ("string", "date-time"): {Timestamp | None},
    ("string", "int64"): {int, Int64},
    ("string", "uint64"): {int, Int64},
    ("integer", "int32"): {int},
    ("integer", "int64"): {int, Int64},
    ("number", "float"): {float},
    ("number", "double"): {float},
    ("boolean", ""): {bool},
    ("object", ""): {Mapping[str, object] | None},
}
_INTEGERS: Final = {"int32", "int64", "uint64"}


def field_types(shape: Shape) -> set[Any]:
    """Return the types that a field for a shape may have, apart from None."""
    if shape.ref:
        return {ENUMS.get(shape.ref) or CLASSES[shape.ref]}
    if shape.items is not None:
        return {GenericAlias(tuple, (it, ...)) for it in field_types(shape.items)}
    return _TYPES[shape.type, shape.format]


def may_be_none(owner: type[Any], name: str, shape: Shape) -> bool:
    """Whether a field may be None when absent, for want of a suitable zero value."""
    if shape.items is not None:
        return issubclass(owner, ListResponse)
    is_object = bool(shape.ref) and shape.ref not in ENUMS
    return is_object or (owner, name) in NULLABLE


def decode(codec: Codec, schema: str) -> Any:
    """Decode the fullest object of a schema."""
    return codec.decode(encode_json(full_value(SCHEMAS[schema])), CLASSES[schema])


def check_decoded(shape: Shape, sent: JSON, decoded: Any) -> None:
    """Compare JSON with the object it was decoded into, at every depth."""
    shape = resolve(shape)
    if isinstance(sent, list):
        assert shape.items is not None
        assert isinstance(decoded, tuple)
        for one, other in zip(sent, decoded, strict=True):
            check_decoded(shape.items, one, other)
    elif shape.properties:
        assert isinstance(sent, dict)
        for name, inner in shape.properties.items():
            check_decoded(inner, sent[name], getattr(decoded, name))
    else:
        assert to_python(shape, sent) == decoded


def to_python(shape: Shape, value: Any) -> object:
    """Return the Python value of a JSON scalar."""
    if shape.format == "date-time":
        return datetime.fromisoformat(value)
    return int(value) if shape.format in _INTEGERS else value


def test_every_object_has_a_class() -> None:
    """Every object of a response has one class, except where nothing is returned."""
    ignored = {it.response.ref for it in WITHOUT_RESULT if it.response is not None}

    assert CLASSES.keys() | ignored == OBJECTS.keys()
    assert not CLASSES.keys() & ignored
    assert len(PAIRS) == len({name for name, _ in PAIRS})


@pytest.mark.parametrize(("schema", "name"), PROPERTIES)
def test_type(schema: str, name: str) -> None:
    """A property is a field whose annotation matches the described type."""
    owner, shape = CLASSES[schema], OBJECTS[schema].properties[name]
    types = field_types(shape)
    if may_be_none(owner, name, shape):
        types |= {it | None for it in types}

    assert get_type_hints(owner, include_extras=True)[name] in types


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("schema", "name"), PROPERTIES)
def test_decoding(codec: str, schema: str, name: str) -> None:
    """A property of a response is decoded into its field, with everything below it."""
    decoded = decode(CODECS[codec], schema)
    sent: Any = full_value(SCHEMAS[schema])

    check_decoded(OBJECTS[schema].properties[name], sent[name], getattr(decoded, name))


@pytest.mark.parametrize("schema", CLASSES)
def test_agreement(schema: str) -> None:
    """Both ways of decoding agree on the fullest response."""
    assert decode(CODECS["converter"], schema) == decode(CODECS["fast"], schema)


@pytest.mark.parametrize("schema", CLASSES)
def test_no_other_fields(schema: str) -> None:
    """A class has fields for properties only, except those with a reason."""
    owner = CLASSES[schema]
    added = {name for kind, name in ADDED if kind is owner}

    fields = {field.name for field in attrs.fields(owner)}
    described = {name for kind, name in PROPERTIES if kind == schema}
    if issubclass(owner, ListResponse):
        added.add("links")
    assert described | added == fields
    assert not OBJECTS[schema].properties.keys() & added - {"links"}


@pytest.mark.parametrize(("owner", "name"), [*ADDED, *NULLABLE])
def test_departures(owner: type[Any], name: str) -> None:
    """A field listed as a departure exists, on the class of a schema."""
    assert owner in CLASSES.values()
    assert name in {field.name for field in attrs.fields(owner)}


@pytest.mark.parametrize("operation", WITH_RESULT, ids=lambda it: it.id)
async def test_result(operation: Fact) -> None:
    """A call returns the payload of its operation's response."""
    constant = OPERATIONS[operation.id]
    recording = await record_call(operation)
    body = encode_json(recording.response)
    response: Any = CODECS["fast"].decode(body, constant.response)

    payload = getattr(response, constant.key) if constant.key else response
    if constant.record is not None:
        is_list = isinstance(payload, tuple)
        results = [it.to_result() for it in (payload if is_list else [payload])]
        payload = tuple(results) if is_list else results[0]
    assert payload == recording.result


@pytest.mark.parametrize("operation", WITHOUT_RESULT, ids=lambda it: it.id)
async def test_no_result(operation: Fact) -> None:
    """A call that returns None has a response that only repeats the request's ids."""
    assert operation.response is not None
    properties = resolve(operation.response).properties

    assert (await record_call(operation)).result is None
    assert all(
        name in operation.id_names or it.ref in CLASSES
        for name, it in properties.items()
    )
