"""Models in request bodies."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.codec import JSON, Codec, encode_json, make_converter, to_body
from gradient_async.models import (
    AWSDataSource,
    ChunkingAlgorithm,
    ChunkingOptions,
    CrawlingOption,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    NewDataSource,
    OpenEnum,
    OpenSearchPlanSize,
    PresignedUrlFile,
    RerankingConfiguration,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.models.scalars import Int64

LARGE = 2**53 + 1

INPUTS = [
    AWSDataSource,
    ChunkingOptions,
    DropboxDataSource,
    FileUploadDataSource,
    GoogleDriveDataSource,
    PresignedUrlFile,
    RerankingConfiguration,
    SpacesDataSource,
    WebCrawlerDataSource,
]

VALUES: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    Int64: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    tuple[str, ...]: st.lists(st.text(), max_size=3).map(tuple),
    CrawlingOption: st.sampled_from(CrawlingOption) | st.text().map(CrawlingOption),
}
"""The values of a field of each type."""


def models_of(kind: type) -> st.SearchStrategy[Any]:
    """Draw a model with any values."""
    fields = attrs.fields(attrs.resolve_types(kind))
    return st.builds(kind, **{field.name: VALUES[field.type] for field in fields})


@attrs.frozen(kw_only=True)
class Drawer:
    """One field of each kind of default."""

    label: str = ""
    count: int = 0
    size: Int64 = 0
    weight: float = 0.0
    locked: bool = False
    shown: bool = True
    kind: CrawlingOption = CrawlingOption.UNKNOWN
    inner: RerankingConfiguration | None = None
    drawers: tuple[RerankingConfiguration, ...] = ()


@pytest.mark.parametrize(
    ("expected", "drawer"),
    [
        ({}, Drawer()),
        ({"label": "a"}, Drawer(label="a")),
        ({"count": 5}, Drawer(count=5)),
        ({"count": LARGE}, Drawer(count=LARGE)),
        ({"size": "5"}, Drawer(size=5)),
        ({"size": str(LARGE)}, Drawer(size=LARGE)),
        ({"weight": 0.5}, Drawer(weight=0.5)),
        ({"kind": "PATH"}, Drawer(kind=CrawlingOption.PATH)),
        ({"kind": "TOMORROW"}, Drawer(kind=CrawlingOption("TOMORROW"))),
        ({"kind": ""}, Drawer(kind=CrawlingOption(""))),
        (
            {"inner": {"enabled": False}},
            Drawer(inner=RerankingConfiguration()),
        ),
        (
            {"drawers": [{"enabled": True, "model": "m"}, {"enabled": False}]},
            Drawer(
                drawers=(
                    RerankingConfiguration(enabled=True, model="m"),
                    RerankingConfiguration(),
                )
            ),
        ),
    ],
)
def test_defaults_are_omitted(expected: dict[str, JSON], drawer: Drawer) -> None:
    """Defaults are omitted except flags; 64-bit integers are strings."""
    assert {"locked": False, "shown": True} | expected == to_body(drawer)


@pytest.mark.parametrize(("locked", "shown"), [(True, True), (False, False)])
def test_flags_are_always_written(locked: bool, shown: bool) -> None:
    """A flag is written, whatever its value and its default are."""
    assert {"locked": locked, "shown": shown} == to_body(
        Drawer(locked=locked, shown=shown)
    )


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (None, None),
        ("x", "x"),
        (5, 5),
        (LARGE, LARGE),
        (0.5, 0.5),
        (True, True),
        (False, False),
        ("OPEN_SEARCH_PLAN_SIZE_SMALL", OpenSearchPlanSize.SMALL),
        (
            "OPEN_SEARCH_PLAN_SIZE_TINY",
            OpenSearchPlanSize("OPEN_SEARCH_PLAN_SIZE_TINY"),
        ),
        ([], ()),
        ([1, 2], (1, 2)),
        (["a", "b"], ["a", "b"]),
        (["PATH"], (CrawlingOption.PATH,)),
        ({"a": ["b"]}, {"a": ("b",)}),
        ({"source": {}}, NewDataSource(SpacesDataSource())),
        (
            {"source": {}, "chunking_algorithm": "CHUNKING_ALGORITHM_UNKNOWN"},
            NewDataSource(
                SpacesDataSource(), chunking_algorithm=ChunkingAlgorithm.UNKNOWN
            ),
        ),
        ([{"file_name": "a", "file_size": "1"}], [PresignedUrlFile("a", 1)]),
        (
            {
                "source": {"bucket_name": "b"},
                "chunking_algorithm": "CHUNKING_ALGORITHM_SEMANTIC",
                "chunking_options": {"semantic_threshold": 0.5},
            },
            NewDataSource(
                SpacesDataSource(bucket_name="b"),
                chunking_algorithm=ChunkingAlgorithm.SEMANTIC,
                chunking_options=ChunkingOptions(semantic_threshold=0.5),
            ),
        ),
    ],
)
def test_anything_is_plain_json(expected: JSON, value: object) -> None:
    """Each value of a model becomes JSON, alone and nested."""
    written = encode_json(to_body(value))

    assert json.dumps(expected, separators=(",", ":")) == written.decode()


@pytest.mark.parametrize(
    ("expected", "member"),
    [
        ("PATH", CrawlingOption.PATH),
        ("TOMORROW", CrawlingOption("TOMORROW")),
        ("PATH", ChunkingAlgorithm(CrawlingOption.PATH)),
    ],
)
def test_members_become_plain_strings(expected: str, member: OpenEnum) -> None:
    """A member becomes a plain `str`, alone and nested."""
    drawer: Any = to_body(Drawer(kind=CrawlingOption(member)))
    items: Any = to_body([member])
    mapping: Any = to_body({member: (member,)})
    texts = [to_body(member), drawer["kind"], *items, *mapping, *mapping[member]]

    assert [expected] * 5 == texts
    assert {str} == {type(text) for text in texts}


def test_text_is_not_escaped() -> None:
    """Text in any alphabet is written unescaped."""
    source = SpacesDataSource(bucket_name="Ärger 漢字 🐈", item_path='"\\\x00')

    assert (
        '{"bucket_name":"Ärger 漢字 🐈","item_path":"\\"\\\\\\u0000"}'
        == encode_json(to_body(source)).decode()
    )


@pytest.mark.parametrize(
    "codec", [Codec(), Codec(make_converter())], ids=["fast", "converter"]
)
@pytest.mark.parametrize("kind", INPUTS)
@given(data=st.data())
def test_round_trip_of_models(kind: type, codec: Codec, data: st.DataObject) -> None:
    """The body of a model decodes to an equal model on both paths."""
    model = data.draw(models_of(kind))

    assert model == codec.decode(encode_json(to_body(model)), kind)


@pytest.mark.parametrize("kind", INPUTS)
@given(data=st.data())
def test_only_flags_are_written_for_defaults(kind: type, data: st.DataObject) -> None:
    """The keys are the flags and the fields that differ from their default."""
    model = data.draw(models_of(kind))
    written = to_body(model)
    fields = attrs.fields(kind)

    assert isinstance(written, dict)
    assert {
        field.name
        for field in fields
        if field.type is bool or getattr(model, field.name) != field.default
    } == written.keys()
