"""Requests and responses as values, and ids that cannot lead astray."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradient_async.errors import ConfigurationError
from gradient_async.transport.endpoint import Endpoint
from gradient_async.transport.wire import Request, Response

GET_JOB = Endpoint("GET", "/v2/gen-ai/indexing_jobs/{uuid}")


@pytest.mark.parametrize(
    ("expected", "method"),
    [
        (True, "GET"),
        (True, "HEAD"),
        (True, "PUT"),
        (True, "DELETE"),
        (True, "OPTIONS"),
        (False, "POST"),
        (False, "PATCH"),
        (False, "CONNECT"),
        (False, "get"),
        (False, ""),
    ],
)
def test_idempotent_methods(expected: bool, method: str) -> None:
    """Only the methods that HTTP calls idempotent are safe to repeat."""
    assert expected is Request(method=method, path="/").is_idempotent


def test_bodies_and_headers_are_not_shown() -> None:
    """What may be private is in no repr."""
    request = Request(method="POST", path="/", body=b"hunter2")
    response = Response(status=200, headers={"set-cookie": "hunter2"}, body=b"hunter2")

    assert "hunter2" not in repr(request)
    assert "hunter2" not in repr(response)


@pytest.mark.parametrize(
    ("expected", "headers"), [("req-1", {"x-request-id": "req-1"}), (None, {})]
)
def test_request_ids(expected: str | None, headers: dict[str, str]) -> None:
    """The request id comes from its header."""
    assert expected == Response(status=200, headers=headers).request_id


def test_an_endpoint_fills_in_its_ids() -> None:
    """A request has the endpoint's method, and the path with each id in its place."""
    endpoint = Endpoint("DELETE", "/v2/bases/{base}/sources/{source}")
    request = endpoint.request(base="a-1", source="b_2")

    assert Request(method="DELETE", path="/v2/bases/a-1/sources/b_2") == request


def test_an_endpoint_hands_on_its_parameters() -> None:
    """Query parameters are taken as they are."""
    request = Endpoint("GET", "/v2/jobs").request(params={"page": "2 & 3"})

    assert Request(method="GET", path="/v2/jobs", params={"page": "2 & 3"}) == request


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
def test_odd_ids_are_encoded(expected: str, uuid: str) -> None:
    """An id of odd letters is percent-encoded as one segment."""
    assert f"/v2/gen-ai/indexing_jobs/{expected}" == GET_JOB.request(uuid=uuid).path


@pytest.mark.parametrize(
    ("problem", "uuid"),
    [
        ("name something", ""),
        ("name something", "."),
        ("name something", ".."),
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
def test_bad_ids_are_refused(problem: str, uuid: Any) -> None:
    """An id that is none, or could lead to another path, is refused by name."""
    with pytest.raises(ConfigurationError, match=f"uuid .*{problem}") as caught:
        GET_JOB.request(uuid=uuid)

    assert len(str(caught.value)) < 300
    assert [str(caught.value)] == str(caught.value).splitlines()


@example("%2e%2e%2f")
@example("..")
@example("a;b")
@given(st.text(max_size=300))
def test_ids_stay_one_segment(uuid: str) -> None:
    """Whatever the id, it is refused or ends up as exactly one plain segment."""
    path = "/v2/gen-ai/indexing_jobs/" + "refused"
    with suppress(ConfigurationError):
        path = GET_JOB.request(uuid=uuid).path
        assert uuid == unquote(path.split("/")[-1])

    assert 5 == len(path.split("/"))
    assert path.isascii()
    assert path.isprintable()
    assert path.split("/")[-1] not in {"", ".", ".."}
    assert set() == set("?#\\ ") & set(path)
