"""Every property of every answer is a field, of a fitting type, and arrives there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import GenericAlias
from typing import Any, Final, get_type_hints

import attrs
import pytest

from gradient_async.codec import JSON, Codec, encode_json, make_converter
from gradient_async.models.data_sources import DataSourceRecord
from gradient_async.models.knowledge_bases import KnowledgeBaseDetailsResponse
from gradient_async.models.lists import ListResponse
from gradient_async.models.scalars import Int64, Timestamp
from tests.contract.classes import CLASSES, ENUMS
from tests.contract.departures import ADDED, MAYBE_NONE, NOT_DECODED
from tests.contract.facts import ALL, ANSWERED, COVERED, Operation, Shape
from tests.contract.sending import send
from tests.contract.values import fullest

CODECS: Final = {"fast": Codec(), "converter": Codec(make_converter())}

OBJECTS: Final = {name: it for name, it in ANSWERED.items() if not it.enum}
DECODED: Final = sorted(OBJECTS.keys() - NOT_DECODED.keys())
PROPERTIES: Final = [(name, it) for name in DECODED for it in OBJECTS[name].properties]
GIVING: Final = [
    it
    for it in COVERED.values()
    if it.answer is not None and it.answer.ref not in NOT_DECODED
]
SILENT: Final = [it for it in COVERED.values() if it not in GIVING]

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


_WHOLE: Final = {"int32", "int64", "uint64"}


def fitting(shape: Shape) -> set[Any]:
    """Name the types that a field for a shape can have, apart from None."""
    if shape.ref:
        return {ENUMS.get(shape.ref) or CLASSES[shape.ref]}
    if shape.items is not None:
        return {GenericAlias(tuple, (it, ...)) for it in fitting(shape.items)}
    return _TYPES[shape.type, shape.format]


def may_be_none(owner: type[Any], name: str, shape: Shape) -> bool:
    """Tell whether None can stand for what is absent: where no zero value can."""
    if shape.items is not None:
        return issubclass(owner, ListResponse)
    is_object = bool(shape.ref) and shape.ref not in ENUMS
    return is_object or (owner, name) in MAYBE_NONE


def decode(codec: Codec, schema: str) -> Any:
    """Decode the fullest object of a schema."""
    return codec.decode(encode_json(fullest(ALL.schemas[schema])), CLASSES[schema])


def check_arrival(shape: Shape, sent: JSON, got: Any) -> None:
    """Compare what was sent with what became of it, all the way down."""
    shape = ALL.resolve(shape)
    if isinstance(sent, list):
        assert shape.items is not None
        assert isinstance(got, tuple)
        for one, other in zip(sent, got, strict=True):
            check_arrival(shape.items, one, other)
    elif shape.properties:
        assert isinstance(sent, dict)
        for name, inner in shape.properties.items():
            check_arrival(inner, sent[name], getattr(got, name))
    else:
        assert read(shape, sent) == got


def read(shape: Shape, value: Any) -> object:
    """Give what Python has for a value that is not made of others."""
    if shape.format == "date-time":
        return datetime.fromisoformat(value)
    return int(value) if shape.format in _WHOLE else value


def test_all_are_there() -> None:
    """Every object of an answer has a class, or a reason to have none."""
    assert DECODED == sorted(CLASSES)
    assert NOT_DECODED.keys() < OBJECTS.keys()


@pytest.mark.parametrize(("schema", "name"), PROPERTIES)
def test_type(schema: str, name: str) -> None:
    """A property is a field whose annotation fits the type it has."""
    owner, shape = CLASSES[schema], OBJECTS[schema].properties[name]
    types = fitting(shape)
    if may_be_none(owner, name, shape):
        types |= {it | None for it in types}

    assert get_type_hints(owner, include_extras=True)[name] in types


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("schema", "name"), PROPERTIES)
def test_arrival(codec: str, schema: str, name: str) -> None:
    """A property that an answer has is in its field once decoded, and all below it."""
    decoded = decode(CODECS[codec], schema)
    sent: Any = fullest(ALL.schemas[schema])

    check_arrival(OBJECTS[schema].properties[name], sent[name], getattr(decoded, name))


@pytest.mark.parametrize("schema", DECODED)
def test_agreement(schema: str) -> None:
    """Both ways of decoding give the same of the fullest answer."""
    assert decode(CODECS["converter"], schema) == decode(CODECS["fast"], schema)


@pytest.mark.parametrize("schema", DECODED)
def test_no_more(schema: str) -> None:
    """A class has fields for properties only, but for those with a reason."""
    owner = CLASSES[schema]
    added = {name for kind, name in ADDED if kind is owner}

    fields = {field.name for field in attrs.fields(owner)}
    assert OBJECTS[schema].properties.keys() | added == fields
    assert not OBJECTS[schema].properties.keys() & added


@pytest.mark.parametrize(("owner", "name"), [*ADDED, *MAYBE_NONE])
def test_departures(owner: type[Any], name: str) -> None:
    """A class with a field that needs a reason stands for a schema."""
    assert owner in CLASSES.values()
    assert name in {field.name for field in attrs.fields(owner)}


@pytest.mark.parametrize("operation", GIVING, ids=lambda it: it.id)
async def test_given(operation: Operation) -> None:
    """A call gives what the answer of its operation carries."""
    assert operation.answer is not None
    sent = await send(operation)
    body = encode_json(sent.answer)
    answer = CODECS["fast"].decode(body, CLASSES[operation.answer.ref])

    assert sent.result in list(carried(answer))


def carried(answer: Any) -> Iterator[object]:
    """Give what a call may take out of an answer."""
    for field in attrs.fields(type(answer)):
        value = getattr(answer, field.name)
        yield value.to_data_source() if isinstance(value, DataSourceRecord) else value
    if isinstance(answer, ListResponse):
        yield answer.items
    if isinstance(answer, KnowledgeBaseDetailsResponse):
        status = answer.database_status
        yield attrs.evolve(answer.knowledge_base, database_status=status)


@pytest.mark.parametrize("operation", SILENT, ids=lambda it: it.id)
async def test_silent(operation: Operation) -> None:
    """A call that gives nothing has an answer that says nothing new."""
    assert operation.answer is not None
    named = {parameter.name for parameter in operation.parameters_in("path")}
    properties = ALL.resolve(operation.answer).properties

    assert (await send(operation)).result is None
    assert all(name in named or it.ref in CLASSES for name, it in properties.items())
