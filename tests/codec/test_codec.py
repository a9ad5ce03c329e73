"""Decoding and encoding: what is accepted, and the errors for what is not."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from cattrs import Converter
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.codec import (
    JSON,
    Codec,
    decode_json,
    encode_json,
    make_converter,
)
from gradient_async.errors import ConfigurationError, DecodeError
from gradient_async.models import (
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
)
from gradient_async.models.lists import Links, Meta, PageLinks
from tests.support.exact_types import type_mismatches
from tests.support.responses import (
    IndexingJobResponse,
    IndexingJobsResponse,
    ModelsResponse,
)
from tests.support.shapes import NEW_JOB, OLD_JOB, PAGE

CODECS = {"fast": Codec(), "converter": Codec(make_converter())}
EMPTY = IndexingJobsResponse(jobs=())

BOTH = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


def job_of(codec: Codec, document: dict[str, Any]) -> IndexingJob:
    """Decode a response with one job."""
    body = json.dumps({"job": document}).encode()
    job: IndexingJob = codec.decode(body, IndexingJobResponse).job
    return job


@BOTH
def test_newer_jobs(codec: Codec) -> None:
    """A job of the current API decodes, its 64-bit numbers from strings."""
    job = job_of(codec, NEW_JOB)

    assert "11efb1f0-0000-4000-8000-000000000001" == job.uuid
    assert IndexingJobPhase.SUCCEEDED is job.phase
    assert IndexingJobStatus.PARTIAL is job.status
    assert datetime(2026, 3, 1, 12, 0, tzinfo=UTC) == job.created_at
    assert datetime(2026, 3, 1, 12, 0, 1, 123457, tzinfo=UTC) == job.started_at
    assert 123456789012 == job.total_tokens
    assert job.is_report_available
    assert ("source-1", "source-2") == job.data_source_uuids
    assert [] == list(type_mismatches(job, IndexingJob))


@BOTH
def test_sources_of_a_job(codec: Codec) -> None:
    """The data sources of a job decode; a missing or null field is zero or None."""
    updated, failed = job_of(codec, NEW_JOB).data_source_jobs

    assert 9007199254740993 == updated.total_bytes
    assert 0 == updated.failed_item_count
    assert updated.error_msg is None
    assert (
        IndexedDataSource(
            data_source_uuid="source-2",
            status=IndexedDataSourceStatus.FAILED,
            started_at=datetime(2026, 3, 1, 12, 5, tzinfo=UTC),
            error_msg="ERR_FETCH",
            error_details="the bucket is gone",
            failed_item_count=4,
            skipped_item_count=2,
        )
        == failed
    )


@BOTH
def test_older_jobs(codec: Codec) -> None:
    """A job of older documents decodes, unknown enum values kept."""
    job = job_of(codec, OLD_JOB)

    assert (
        IndexingJob(
            uuid="11efb1f0-0000-4000-8000-000000000002",
            knowledge_base_uuid="11efb1f0-0000-4000-8000-0000000000aa",
            phase=IndexingJobPhase("BATCH_JOB_PHASE_COMPLETED"),
            status=IndexingJobStatus("INDEX_JOB_STATUS_RUNNING"),
            created_at=datetime(2024, 11, 5, 8, 0, tzinfo=UTC),
            started_at=datetime(2024, 11, 5, 8, 0, tzinfo=UTC),
            completed_datasources=1,
            total_datasources=3,
            tokens=12,
            total_items_indexed=1000,
            total_items_failed=7,
        )
        == job
    )
    assert [] == list(type_mismatches(job, IndexingJob))


@BOTH
def test_unknown_enum_values_survive(codec: Codec) -> None:
    """An undeclared enum value survives pickling, and is not known."""
    job = pickle.loads(pickle.dumps(job_of(codec, OLD_JOB)))

    assert "INDEX_JOB_STATUS_RUNNING" == job.status
    assert IndexingJobStatus is type(job.status)
    assert not job.status.is_known
    assert not job.phase.is_known


@BOTH
def test_pages(codec: Codec) -> None:
    """A page of a list decodes with its links and its meta."""
    response = codec.decode(json.dumps(PAGE).encode(), IndexingJobsResponse)

    assert 2 == len(response.jobs or ())
    assert Meta(page=1, pages=9, total=17) == response.meta
    assert response.links.pages.next.endswith("?page=2")
    assert "" == response.links.pages.previous


@BOTH
@pytest.mark.parametrize(
    ("expected", "body"),
    [
        (EMPTY, b'{"jobs": []}'),
        (EMPTY, b'{"jobs": [], "links": null, "meta": null}'),
        (EMPTY, b'{"jobs": [], "links": {"pages": null}}'),
        (EMPTY, b'{"jobs": [], "tomorrow": [{"a": [1]}]}'),
        (EMPTY, b' \r\n\t{"jobs":[]} '),
        (IndexingJobsResponse(jobs=(IndexingJob(),)), b'{"jobs": [{}]}'),
        (IndexingJobsResponse(meta=Meta()), b'{"meta": {}}'),
        (
            IndexingJobsResponse(jobs=(), links=Links(pages=PageLinks(next="x"))),
            b'{"jobs": [], "links": {"pages": {"next": "x", "last": null}}}',
        ),
        (
            IndexingJobsResponse(meta=Meta(page=2)),
            b'{"meta": {"page": 1}, "meta": {"page": 2}}',
        ),
    ],
)
def test_sparse_responses(
    codec: Codec, expected: IndexingJobsResponse, body: bytes
) -> None:
    """An absent or null key is the zero value; of a repeated key, the last counts."""
    assert expected == codec.decode(body, IndexingJobsResponse)


@BOTH
@pytest.mark.parametrize("document", [dict.fromkeys(NEW_JOB | OLD_JOB), {}])
def test_empty_jobs(codec: Codec, document: dict[str, Any]) -> None:
    """A job whose fields are all null equals one without fields, and a default one."""
    assert IndexingJob() == job_of(codec, document)


@BOTH
@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (0, 0),
        (5, 5),
        (5, "5"),
        (-5, "-5"),
        (5, 5.0),
        (5, "5.0"),
        (0, -0.0),
        (2**63 - 1, 2**63 - 1),
        (2**64 - 1, "18446744073709551615"),
    ],
)
def test_numbers(codec: Codec, expected: int, value: JSON) -> None:
    """Integers are accepted as numbers or strings, and are exact."""
    job = job_of(codec, {"total_tokens": value})

    assert expected == job.total_tokens
    assert int is type(job.total_tokens)


@BOTH
@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (True, True),
        (False, False),
        (True, "true"),
        (False, "false"),
        (True, 1),
        (False, 0),
        (True, "1"),
    ],
)
def test_flags(codec: Codec, expected: bool, value: JSON) -> None:
    """Flags are accepted as booleans, as words, or as 0 and 1."""
    assert expected is job_of(codec, {"is_report_available": value}).is_report_available


NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@BOTH
@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (NOON, "2026-03-01T12:00:00Z"),
        (NOON, "2026-03-01T12:00:00z"),
        (NOON, "2026-03-01T14:00:00+02:00"),
        (NOON, "2026-03-01T12:00:00"),
        (NOON.replace(microsecond=500_000), "2026-03-01T12:00:00.5Z"),
        (NOON.replace(microsecond=123_457), "2026-03-01T12:00:00.123456789Z"),
        (NOON.replace(microsecond=123_457), "2026-03-01T12:00:00.123456789"),
        (NOON.replace(microsecond=1), "2026-03-01T12:00:00.000000500Z"),
        (NOON.replace(second=1), "2026-03-01T12:00:00.999999999Z"),
        (NOON, 1772366400),
        (None, ""),
        (None, None),
    ],
)
def test_timestamps(codec: Codec, expected: datetime | None, value: JSON) -> None:
    """Times are aware, UTC without an offset, and rounded to microseconds."""
    job = job_of(codec, {"created_at": value})

    assert expected == job.created_at
    assert [] == list(type_mismatches(job, IndexingJob))


NESTED = b"[" * 100_000 + b"]" * 100_000
DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" ", id="blank"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"5", id="number"),
        pytest.param(b'"jobs"', id="text"),
        pytest.param(b"<!doctype html><h1>502</h1>", id="html"),
        pytest.param(b"{", id="opened"),
        pytest.param(b'{"jobs": [{"uuid": "a"}', id="truncated"),
        pytest.param(b'{"jobs": []}}', id="more"),
        pytest.param(b'{"jobs": []}{"jobs": []}', id="two"),
        pytest.param(b"{'jobs': []}", id="quotes"),
        pytest.param(b'{"jobs": [],}', id="comma"),
        pytest.param(b"\xef\xbb\xbf{}", id="bom"),
        pytest.param("{}".encode("utf-16"), id="utf-16"),
        pytest.param(b'{"jobs": [{"uuid": "\xff"}]}', id="bad-utf-8"),
        pytest.param(b'{"jobs": [{"uuid": "\xed\xa0\x80"}]}', id="raw-surrogate"),
        pytest.param(b'{"jobs": [{"uuid": "\\ud800"}]}', id="lone-surrogate"),
        pytest.param(b'{"jobs": [{"uuid": "a\nb"}]}', id="raw-newline"),
        pytest.param(b'{"jobs": [{"total_tokens": NaN}]}', id="nan"),
        pytest.param(b'{"jobs": [{"total_tokens": Infinity}]}', id="infinity"),
        pytest.param(b'{"jobs": [{"total_tokens": 1e400}]}', id="1e400"),
        pytest.param(b'{"jobs": [{"total_tokens": "1e400"}]}', id="1e400-text"),
        pytest.param(
            b'{"jobs": [{"total_tokens": %b}]}' % (b"9" * 5000), id="5000-digits"
        ),
        pytest.param(
            b'{"jobs": [{"total_tokens": "%b"}]}' % (b"9" * 5000), id="5000-digits-text"
        ),
        pytest.param(NESTED, id="nested"),
        pytest.param(b"[" * 100_000, id="nested-open"),
        pytest.param(b'{"jobs": %b}' % NESTED, id="nested-jobs"),
        pytest.param(b'{"jobs": [%b]}' % DEEP, id="nested-job"),
        pytest.param(b'{"jobs": [{"uuid": %b}]}' % NESTED, id="nested-uuid"),
        pytest.param(b'{"tomorrow": %b}' % NESTED, id="nested-unknown-list"),
        pytest.param(b'{"tomorrow": %b}' % DEEP, id="nested-unknown-object"),
        pytest.param(b'{"jobs": [{"tomorrow": %b}]}' % NESTED, id="nested-in-a-job"),
        pytest.param(b'{"tomorrow": NaN}', id="nan-unknown"),
        pytest.param(b'{"tomorrow": "\\ud800"}', id="lone-surrogate-unknown"),
    ],
)
def test_not_a_response(codec: Codec, body: bytes) -> None:
    """A broken, hostile or foreign body is a DecodeError, and nothing else."""
    with pytest.raises(DecodeError) as caught:
        codec.decode(body, IndexingJobsResponse)

    assert DecodeError is type(caught.value)
    assert caught.value.json_path.startswith("$")
    assert caught.value.message
    assert len(str(caught.value)) < 1000
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@BOTH
@pytest.mark.parametrize("value", [b"1e400", b"-1e400", b"1" * 400, b'"\\u2028"'])
def test_unknown_keys_are_skipped(codec: Codec, value: bytes) -> None:
    """The values of unknown keys do not matter, as long as they are JSON."""
    response = codec.decode(
        b'{"jobs": [{"tomorrow": %b, "uuid": "a"}]}' % value, IndexingJobsResponse
    )

    assert IndexingJobsResponse(jobs=(IndexingJob(uuid="a"),)) == response


@BOTH
@pytest.mark.parametrize("value", [b'"\xff"', b'{"\xc3": 1}', b'"\\q"', b'"\n"', b"01"])
def test_values_of_unknown_keys_must_be_json(codec: Codec, value: bytes) -> None:
    """Damaged bytes are rejected, also where no field takes them."""
    with pytest.raises(DecodeError):
        codec.decode(
            b'{"jobs": [{"tomorrow": %b, "uuid": "a"}]}' % value, IndexingJobsResponse
        )


@BOTH
def test_numbers_beyond_a_float(codec: Codec) -> None:
    """A number that is too large for its field is rejected by its place."""
    with pytest.raises(DecodeError, match="out of range") as caught:
        codec.decode(b'{"models": [{"parameter_count": -1e400}]}', ModelsResponse)

    assert "$.models[0].parameter_count" == caught.value.json_path


def test_integers_beyond_python() -> None:
    """Only the converter rejects an integer of 5,000 digits that no field takes."""
    body = b'{"jobs": [{"tomorrow": %b, "uuid": "a"}]}' % (b"9" * 5000)

    response = Codec().decode(body, IndexingJobsResponse)

    assert IndexingJobsResponse(jobs=(IndexingJob(uuid="a"),)) == response
    with pytest.raises(DecodeError, match="out of range"):
        Codec(make_converter()).decode(body, IndexingJobsResponse)


@BOTH
@pytest.mark.parametrize(
    ("path", "text", "document"),
    [
        ("$.jobs", "Expected `array`, got `str`", {"jobs": "x"}),
        ("$.jobs", "Expected `array`, got `object`", {"jobs": {}}),
        ("$.jobs", "Expected `array`, got `int`", {"jobs": 5}),
        ("$.jobs[0]", "Expected `object`, got `null`", {"jobs": [None]}),
        ("$.jobs[1]", "Expected `object`, got `array`", {"jobs": [{}, []]}),
        (
            "$.jobs[2].total_tokens",
            "Expected `int`, got `float`",
            {"jobs": [{}, {}, {"total_tokens": 1.5}]},
        ),
        (
            "$.jobs[0].total_tokens",
            "Expected `int`, got `bool`",
            {"jobs": [{"total_tokens": True}]},
        ),
        (
            "$.jobs[0].uuid",
            "Expected `str`, got `int`",
            {"jobs": [{"uuid": 5}]},
        ),
        (
            "$.jobs[0].is_report_available",
            "Expected `bool`, got `int`",
            {"jobs": [{"is_report_available": 2}]},
        ),
        (
            "$.jobs[0].status",
            "Expected `str`, got `int`",
            {"jobs": [{"status": 3}]},
        ),
        (
            "$.jobs[0].created_at",
            "Invalid RFC3339 encoded datetime",
            {"jobs": [{"created_at": "yesterday"}]},
        ),
        (
            "$.jobs[0].data_source_uuids[1]",
            "Expected `str`, got `null`",
            {"jobs": [{"data_source_uuids": ["a", None]}]},
        ),
        (
            "$.jobs[0].data_source_jobs[1].total_bytes",
            "Expected `int`, got `str`",
            {"jobs": [{"data_source_jobs": [{}, {"total_bytes": "many"}]}]},
        ),
        ("$.meta", "Expected `object`, got `array`", {"meta": []}),
        ("$.meta.total", "Expected `int`, got `array`", {"meta": {"total": []}}),
        (
            "$.links.pages.next",
            "Expected `str`, got `bool`",
            {"links": {"pages": {"next": False}}},
        ),
    ],
)
def test_json_paths(codec: Codec, path: str, text: str, document: JSON) -> None:
    """A wrong type is refused with its JSON path and what was expected."""
    with pytest.raises(DecodeError) as caught:
        codec.decode(encode_json(document), IndexingJobsResponse)

    assert path == caught.value.json_path
    assert text == caught.value.message


@BOTH
@pytest.mark.parametrize(
    ("path", "text", "body"),
    [
        ("$.job", "Expected `object`, got `array`", b'{"job": []}'),
        ("$", "Expected `object`, got `array`", b"[]"),
        ("$", "Expected `object`, got `null`", b"null"),
    ],
)
def test_response_without_its_job(
    codec: Codec, path: str, text: str, body: bytes
) -> None:
    """A response that lacks its job is refused."""
    with pytest.raises(DecodeError) as caught:
        codec.decode(body, IndexingJobResponse)

    assert (path, text) == (caught.value.json_path, caught.value.message)


@BOTH
@pytest.mark.parametrize("word", ["null", "NULL"])
def test_null_as_a_string(codec: Codec, word: str) -> None:
    """The string "null" is null if a value is optional, and rejected otherwise."""
    response = codec.decode(
        encode_json({"jobs": [], "meta": word}), IndexingJobsResponse
    )

    assert EMPTY == response
    with pytest.raises(DecodeError):
        codec.decode(encode_json({"links": word}), IndexingJobsResponse)


def test_custom_converters() -> None:
    """A hook of a caller's converter decodes its type everywhere."""
    converter = make_converter()
    converter.register_structure_hook(str, lambda text, _: str(text).upper())
    job = job_of(
        Codec(converter), {"uuid": "abc", "data_source_jobs": [{"error_msg": "oh"}]}
    )

    assert "ABC" == job.uuid
    assert "OH" == job.data_source_jobs[0].error_msg


def test_hooks_for_strings_leave_enums_alone() -> None:
    """A hook for `str` does not apply to enums, which keep their types."""
    converter = make_converter()
    converter.register_structure_hook(str, lambda text, _: str(text).upper())
    job = job_of(Codec(converter), {"status": "INDEX_JOB_STATUS_FAILED"})

    assert IndexingJobStatus.FAILED is job.status


def test_hooks_for_one_class() -> None:
    """A hook for a model replaces the decoding of that model."""
    converter = make_converter()
    converter.register_structure_hook(Meta, lambda _, __: Meta(total=-1))
    response = Codec(converter).decode(b'{"meta": {"total": 5}}', IndexingJobsResponse)

    assert Meta(total=-1) == response.meta


@attrs.frozen
class Point:
    """A class of the caller."""

    x: int
    y: int = 0


@pytest.mark.parametrize(
    "codec", [Codec(), Codec(make_converter()), Codec(Converter())]
)
def test_custom_shapes(codec: Codec) -> None:
    """Any attrs class can be decoded, by any converter, repeatedly."""
    assert Point(1, 2) == codec.decode(b'{"x": 1, "y": 2}', Point)
    assert Point(3) == codec.decode(b'{"x": 3}', Point)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("not today"), "not today"),
        (TypeError("secretive"), "TypeError"),
        (LookupError("secretive"), "LookupError"),
        (KeyError("x"), "Expected a value, got none"),
    ],
)
@pytest.mark.parametrize("detailed", [True, False])
def test_errors_of_hooks(error: Exception, text: str, detailed: bool) -> None:
    """An error of a hook becomes a DecodeError, however the converter wraps it."""

    def refuse(_: object, __: object) -> Point:
        raise error

    converter = Converter(detailed_validation=detailed)
    converter.register_structure_hook(Point, refuse)

    with pytest.raises(DecodeError) as caught:
        Codec(converter).decode(b"{}", Point)

    assert ("$", text) == (caught.value.json_path, caught.value.message)


def test_foreign_notes_are_not_in_the_path() -> None:
    """A note that a hook adds to its error is not part of the path."""

    def refuse(_: object, __: object) -> Meta:
        error = ValueError("odd")
        error.add_note("$.elsewhere")
        raise error

    converter = make_converter()
    converter.register_structure_hook(Meta, refuse)

    with pytest.raises(DecodeError) as caught:
        Codec(converter).decode(b'{"meta": {}}', IndexingJobsResponse)

    assert ("$.meta", "odd") == (caught.value.json_path, caught.value.message)


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON_VALUES)
def test_json_round_trip(value: JSON) -> None:
    """An encoded value decodes to an equal value."""
    assert value == decode_json(encode_json(value))


@given(st.binary(max_size=30))
def test_a_list_is_not_a_page(body: bytes) -> None:
    """Bytes that start with a list's bracket are not a page."""
    with pytest.raises(DecodeError):
        Codec().decode(b"[" + body, IndexingJobsResponse)


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {"a": object()},
        {"a": 1j},
        {(1, 2): 3},
        "\ud800",
        {"\ud800": 1},
        ENDLESS,
        float("nan"),
        {"a": [float("inf")]},
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_without_a_json_form(value: Any) -> None:
    """A value without a JSON form is rejected before it is sent, and not shown."""
    with pytest.raises(ConfigurationError, match="only JSON values") as caught:
        encode_json(value)

    assert caught.value.__context__ is None


def test_decoding_does_not_change_the_document() -> None:
    """Structuring does not change its input."""
    document = deepcopy(PAGE)
    make_converter().structure(document, IndexingJobsResponse)

    assert PAGE == document


@BOTH
@pytest.mark.parametrize("time", [253402300800, "253402300800", -(10**12), 10**300])
def test_years_out_of_range(codec: Codec, time: object) -> None:
    """A time after the year 9999 is rejected like any other mismatch."""
    body = json.dumps({"jobs": [{"created_at": time}]}).encode()
    with pytest.raises(DecodeError) as caught:
        codec.decode(body, IndexingJobsResponse)

    assert "$.jobs[0].created_at" == caught.value.json_path
