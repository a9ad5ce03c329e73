"""Requests built from path templates and ids, and from a caller's own path."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.errors import ConfigurationError
from gradient_async.transport.endpoint import build_raw_request, fill_path, find_names
from gradient_async.transport.wire import Request

JOB = "/v2/gen-ai/indexing_jobs/{uuid}"


def test_ids_are_inserted_into_the_path() -> None:
    """A path has each id in the place of its name."""
    template = "/v2/bases/{base}/sources/{source}"

    assert ("base", "source") == find_names(template)
    assert "/v2/bases/a-1/sources/b_2" == fill_path(
        template, {"base": "a-1", "source": "b_2"}
    )


@pytest.mark.parametrize(
    ("expected", "uuid"),
    [
        ("11efb1f0-0000", "11efb1f0-0000"),
        ("a%20b", "a b"),
        ("a%3Fb%3Dc", "a?b=c"),
        ("a%23b", "a#b"),
        ("%252e%252e", "%2e%2e"),
        ("%252F", "%2F"),
        ("...", "..."),
        ("..a", "..a"),
        ("%C3%A4%F0%9F%90%88", "ä🐈"),
        ("%3A%40%3B%2C%2B%26%3D%24", ":@;,+&=$"),
        ("%7Buuid%7D", "{uuid}"),
        ("a" * 255, "a" * 255),
    ],
)
def test_ids_are_percent_encoded(expected: str, uuid: str) -> None:
    """An id with special characters is percent-encoded as one segment."""
    assert f"/v2/gen-ai/indexing_jobs/{expected}" == fill_path(JOB, {"uuid": uuid})


@pytest.mark.parametrize(
    ("problem", "uuid"),
    [
        ("empty or dots", ""),
        ("empty or dots", "."),
        ("empty or dots", ".."),
        ("slashes", "../../account"),
        ("slashes", "a/b"),
        ("slashes", "/"),
        ("slashes", "a\\b"),
        ("control characters", "a\r\nHost: evil"),
        ("control characters", "a\x00"),
        ("control characters", "a\x7f"),
        ("control characters", "\ud800"),
        ("control characters", "a\u2028b"),
        ("longer than 255", "a" * 256),
        ("longer than 255", "a" * 10_000),
        ("must be a string, got NoneType", None),
        ("must be a string, got int", 5),
        ("must be a string, got bytes", b"a"),
    ],
)
def test_invalid_ids_are_rejected(problem: str, uuid: Any) -> None:
    """An id that is empty, or could lead to another path, is rejected by name."""
    with pytest.raises(ConfigurationError, match=f"uuid .*{problem}") as caught:
        fill_path(JOB, {"uuid": uuid})

    assert len(str(caught.value)) < 300
    assert [str(caught.value)] == str(caught.value).splitlines()


@example("%2e%2e%2f")
@example("..")
@example("a;b")
@given(st.text(max_size=300))
def test_ids_stay_one_segment(uuid: str) -> None:
    """Every id is either rejected or becomes exactly one plain segment."""
    path = "/v2/gen-ai/indexing_jobs/rejected"
    with suppress(ConfigurationError):
        path = fill_path(JOB, {"uuid": uuid})
        assert uuid == unquote(path.split("/")[-1])

    assert 5 == len(path.split("/"))
    assert path.isascii()
    assert path.isprintable()
    assert path.split("/")[-1] not in {"", ".", ".."}
    assert set() == set("?#\\ ") & set(path)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("a b&c", "a b&c"),
        ("2", 2),
        ("0", 0),
        ("0.5", 0.5),
        ("true", True),
        ("false", False),
        ("inf", math.inf),
    ],
)
def test_raw_parameters(expected: str, value: str | float) -> None:
    """Parameters become text, flags in lower case."""
    request = build_raw_request("get", "/v2/x", params={"name": value}, json=None)

    assert Request(method="GET", path="/v2/x", params={"name": expected}) == request


@pytest.mark.parametrize(
    ("expected", "json"),
    [(None, None), (b"{}", {}), (b"[]", []), (b"0", 0), (b"false", False)],
)
def test_raw_bodies(expected: bytes | None, json: Any) -> None:
    """Only None sends no body."""
    assert expected == build_raw_request("POST", "/", params=None, json=json).body


@pytest.mark.parametrize(
    ("problem", "method"),
    [
        ("'GET /' is not an HTTP method", "GET /"),
        ("'' is not an HTTP method", ""),
        ("method must be a string, got NoneType", None),
    ],
)
def test_invalid_methods(problem: str, method: Any) -> None:
    """A method that is not a word of letters is rejected."""
    with pytest.raises(ConfigurationError, match=problem):
        build_raw_request(method, "/v2/x", params=None, json=None)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "v2/x",
        "//evil.example/%",
        "/v2/x?a=1",
        "/v2/x#a",
        "/v2/a b",
        "/v2/ü",
        "/v2/%zz",
        "/v2/./x",
        "/v2/../x",
        "/v2/%2e%2E/x",
        "/v2/x\r\nHost: evil",
    ],
)
def test_invalid_paths(path: str) -> None:
    """A path must be plain and percent-encoded, without a query or dot segments."""
    with pytest.raises(ConfigurationError, match="path must look like"):
        build_raw_request("GET", path, params=None, json=None)
