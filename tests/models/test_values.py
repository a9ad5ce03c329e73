"""Every model is a plain value: immutable, typed, comparable, and picklable."""

from __future__ import annotations

import ast
import inspect
import re
from itertools import pairwise
from types import ModuleType
from typing import Any, get_type_hints

import attrs
import pytest

from gradient_async.codec import Codec, make_converter
from gradient_async.errors import DecodeError
from gradient_async.models import IndexedDataSource, IndexingJob, OpenEnum
from gradient_async.models.lists import ListResponse, Meta
from gradient_async.models.retrieval import RetrievalResponse
from tests.models.samples import MODELS, MODULES, RESPONSES, SAMPLES
from tests.support.copies import copies_of
from tests.support.exact_types import type_mismatches

REQUIRED = [
    (shape, field.name)
    for shape in RESPONSES
    for field in attrs.fields(shape)
    if field.default is attrs.NOTHING
]
"""The key that each response must have."""

LISTS = [kind for kind in RESPONSES if issubclass(kind, ListResponse)]

BOTH = pytest.mark.parametrize("codec", [Codec(), Codec(make_converter())])


def is_zero(value: Any) -> bool:
    """Whether a value is its type's zero."""
    if isinstance(value, OpenEnum):
        return value is next(iter(type(value)))
    if attrs.has(type(value)):
        return all(map(is_zero, attrs.astuple(value, recurse=False)))
    return not value


def has_required(model: type) -> bool:
    """Whether a model has arguments that are required."""
    fields = attrs.fields(model)
    needs_any = issubclass(model, ListResponse | RetrievalResponse)
    return needs_any or attrs.NOTHING in {it.default for it in fields}


@pytest.mark.parametrize("model", MODELS)
def test_models_are_values(model: type) -> None:
    """A model cannot be changed, and fields with a default are keyword-only."""
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

    assert [] == list(type_mismatches(empty, model))
    assert is_zero(empty)


@pytest.mark.parametrize("model", MODELS)
def test_field_types_are_real(model: type) -> None:
    """The annotations of each model can be read at run time."""
    names = {field.name for field in attrs.fields(model)}

    assert names == get_type_hints(model).keys()


def test_every_model_has_a_sample() -> None:
    """There is a sample of each model, except base classes."""
    bases = {base for kind in SAMPLES for base in kind.__mro__[1:]}

    assert {*MODELS} - bases - {ListResponse} == SAMPLES.keys() - bases


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=lambda it: type(it).__name__)
def test_models_can_be_copied(sample: Any) -> None:
    """A model survives pickling and copying as an equal one, with an equal hash."""
    twins = copies_of(sample, first_protocol=2)

    assert {type(sample)} == {type(twin) for twin in twins}
    assert {hash(sample)} == {hash(twin) for twin in twins}
    assert all(sample == twin for twin in twins)
    assert {repr(sample)} == {repr(twin) for twin in twins}


@BOTH
@pytest.mark.parametrize(("shape", "key"), REQUIRED)
def test_required_keys(shape: type, key: str, codec: Codec) -> None:
    """A response without its main key is refused by name; null counts as absent."""
    for body in (b"{}", b'{"%b": null}' % key.encode(), b'{"error": "no"}'):
        with pytest.raises(DecodeError, match="Expected a value, got none") as caught:
            codec.decode(body, shape)
        assert f"$.{key}" == caught.value.json_path


@BOTH
@pytest.mark.parametrize("body", [b"{}", b'{"links": {}}', b'{"error": "no"}'])
@pytest.mark.parametrize("shape", LISTS)
def test_not_a_list(shape: type, body: bytes, codec: Codec) -> None:
    """Another service's JSON is refused, not taken for an empty list."""
    with pytest.raises(DecodeError, match="Expected a list or `meta`, got neither"):
        codec.decode(body, shape)


@BOTH
@pytest.mark.parametrize("shape", LISTS)
def test_empty_lists(shape: type[ListResponse[Any]], codec: Codec) -> None:
    """Items or meta are enough for a list; its items are None if absent."""
    (key,) = RESPONSES[shape].keys() - {"links", "meta"}

    assert codec.decode(b'{"%b": []}' % key.encode(), shape).items == ()
    assert codec.decode(b'{"meta": {}}', shape).items is None
    assert Meta() == codec.decode(b'{"meta": {}}', shape).meta


def test_fields_that_most_responses_lack() -> None:
    """
    Fields of older responses and of failures have their defaults on the class.

    Then decoding does not have to set them on each object, which would be slower.
    """
    lacking: dict[type, dict[str, object]] = {
        IndexingJob: {
            "total_items_indexed": 0,
            "total_items_failed": 0,
            "total_items_skipped": 0,
        },
        IndexedDataSource: {"error_msg": None, "error_details": None},
    }
    for kind, defaults in lacking.items():
        assert defaults == {name: getattr(kind, name) for name in defaults}


def is_documented(node: ast.stmt) -> bool:
    """Whether a statement is a string that reads like a sentence."""
    match node:
        case ast.Expr(ast.Constant(str() as text)):
            return re.fullmatch(r"[A-Z`].*\.", text.strip(), re.DOTALL) is not None
    return False


@pytest.mark.parametrize("module", MODULES, ids=lambda it: it.__name__)
def test_every_field_has_a_docstring(module: ModuleType) -> None:
    """Each field and each public alias is followed by a sentence on it."""
    tree = ast.parse(inspect.getsource(module))
    classes = [it.body for it in ast.walk(tree) if isinstance(it, ast.ClassDef)]
    bare = [
        ast.unparse(node)
        for body in (tree.body, *classes)
        for node, after in pairwise([*body, ast.Pass()])
        if isinstance(node, ast.AnnAssign) and not is_documented(after)
    ]

    assert [] == [it for it in bare if not it.startswith("_")]
