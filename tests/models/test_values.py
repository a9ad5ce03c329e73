"""Every model is a plain value: fixed, typed, comparable, and able to travel."""

from __future__ import annotations

import copy
import pickle
from typing import Any, get_type_hints

import attrs
import pytest

from gradient_async.codec import Codec, make_converter
from gradient_async.errors import DecodeError
from gradient_async.models import OpenEnum
from gradient_async.models.data_sources import DataSourceResponse
from gradient_async.models.indexing_jobs import DetailsResponse, IndexingJobResponse
from gradient_async.models.knowledge_bases import (
    KnowledgeBaseDetailsResponse,
    KnowledgeBaseResponse,
)
from gradient_async.models.lists import ListResponse, Meta
from gradient_async.models.scheduled_indexing import ScheduledIndexingResponse
from tests.models.samples import ANSWERS, ENUMS, MODELS, SAMPLES
from tests.support.exact_types import misfits

REQUIRED: dict[type, str] = {
    DataSourceResponse: "knowledge_base_data_source",
    DetailsResponse: "signed_url",
    IndexingJobResponse: "job",
    KnowledgeBaseResponse: "knowledge_base",
    KnowledgeBaseDetailsResponse: "knowledge_base",
    ScheduledIndexingResponse: "indexing_info",
}
"""What an answer is about, which it must hold."""

LISTS = [kind for kind in ANSWERS if issubclass(kind, ListResponse)]

BOTH = pytest.mark.parametrize("codec", [Codec(), Codec(make_converter())])


def is_zero(value: Any) -> bool:
    """Tell whether a value is its type's zero."""
    if isinstance(value, OpenEnum):
        return value is next(iter(type(value)))
    if attrs.has(type(value)):
        return all(map(is_zero, attrs.astuple(value, recurse=False)))
    return not value


def has_required(model: type) -> bool:
    """Tell whether a model cannot be made of nothing."""
    fields = attrs.fields(model)
    return issubclass(model, ListResponse) or attrs.NOTHING in {
        it.default for it in fields
    }


@pytest.mark.parametrize("model", MODELS)
def test_models_are_values(model: type) -> None:
    """A model cannot be changed, and takes what has a default by name only."""
    fields = attrs.fields(model)
    value: object = object.__new__(model)

    assert all(field.kw_only or field.default is attrs.NOTHING for field in fields)
    for name in [*(field.name for field in fields), "anything"]:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, name, None)


@pytest.mark.parametrize("model", [it for it in MODELS if not has_required(it)])
def test_defaults_are_the_zero_values(model: type) -> None:
    """An empty model has exactly the types it declares, and nothing but zeros."""
    empty = model()

    assert [] == list(misfits(empty, model))
    assert is_zero(empty)


@pytest.mark.parametrize("model", MODELS)
def test_field_types_are_real(model: type) -> None:
    """The annotations of each model can be read at run time."""
    names = {field.name for field in attrs.fields(model)}

    assert names == get_type_hints(model).keys()


@pytest.mark.parametrize("kind", ENUMS)
def test_enums_share_a_prefix(kind: type[OpenEnum]) -> None:
    """Each wire value is the enum's prefix, which may be empty, and the name."""
    zero = next(iter(kind))
    prefix = zero.value.removesuffix(zero.name)

    assert "" == prefix or prefix.endswith("_")
    assert [prefix + member.name for member in kind] == [m.value for m in kind]


def test_every_model_has_a_sample() -> None:
    """The samples below are of all models, but for classes that are only inherited."""
    bases = {base for kind in SAMPLES for base in kind.__mro__[1:]}

    assert set(MODELS) - bases == SAMPLES.keys() - bases


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=lambda it: type(it).__name__)
def test_models_travel(sample: Any) -> None:
    """A model survives pickling and copying as an equal one, with an equal hash."""
    twins = [
        *(
            pickle.loads(pickle.dumps(sample, protocol))
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
        ),
        copy.copy(sample),
        copy.deepcopy(sample),
    ]

    assert {type(sample)} == {type(twin) for twin in twins}
    assert {hash(sample)} == {hash(twin) for twin in twins}
    assert all(sample == twin for twin in twins)
    assert {repr(sample)} == {repr(twin) for twin in twins}


@BOTH
@pytest.mark.parametrize("shape", REQUIRED)
def test_what_an_answer_must_hold(shape: type, codec: Codec) -> None:
    """An answer without what it is about is refused, with its key; null is nothing."""
    key = REQUIRED[shape]
    for body in (b"{}", b'{"%b": null}' % key.encode(), b'{"error": "no"}'):
        with pytest.raises(DecodeError, match="Expected a value, got none") as caught:
            codec.decode(body, shape)
        assert f"$.{key}" == caught.value.json_path


def test_every_answer_that_must_hold_something() -> None:
    """The answers above are all that have a key without a default."""
    keys = {
        (shape, field.name)
        for shape in ANSWERS
        for field in attrs.fields(shape)
        if field.default is attrs.NOTHING
    }

    assert set(REQUIRED.items()) == keys


@pytest.mark.parametrize("shape", LISTS)
def test_lists_must_say_what_they_are(shape: type) -> None:
    """A list with neither items nor meta cannot be made."""
    with pytest.raises(ValueError, match="Expected a list or `meta`, got neither"):
        shape()


@BOTH
@pytest.mark.parametrize("body", [b"{}", b'{"links": {}}', b'{"error": "no"}'])
@pytest.mark.parametrize("shape", LISTS)
def test_what_is_no_list(shape: type, body: bytes, codec: Codec) -> None:
    """Another service's JSON is refused, not taken for an empty list."""
    with pytest.raises(DecodeError, match="Expected a list or `meta`, got neither"):
        codec.decode(body, shape)


@BOTH
@pytest.mark.parametrize("shape", LISTS)
def test_empty_lists(shape: type[ListResponse[Any]], codec: Codec) -> None:
    """Either of items and meta makes a list; without items it says so."""
    (key,) = ANSWERS[shape].keys() - {"links", "meta"}

    assert codec.decode(b'{"%b": []}' % key.encode(), shape).items == ()
    assert codec.decode(b'{"meta": {}}', shape).items is None
    assert Meta() == codec.decode(b'{"meta": {}}', shape).meta


@BOTH
@pytest.mark.parametrize("shape", LISTS)
def test_lists_give_their_items(shape: type[ListResponse[Any]], codec: Codec) -> None:
    """A list gives each of its items, whatever the key it has them under."""
    (key,) = ANSWERS[shape].keys() - {"links", "meta"}
    uuids = [f"id-{number}" for number in range(3)]
    body = ",".join(f'{{"uuid": "{uuid}"}}' for uuid in uuids)
    items = codec.decode(f'{{"{key}": [{body}]}}'.encode(), shape).items

    assert uuids == [item.uuid for item in items or ()]


def test_lists_name_their_items_themselves() -> None:
    """A list that does not say where its items are cannot be made."""
    with pytest.raises(NotImplementedError):
        ListResponse[object]()
