"""The errors of responses outside 2xx."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gradient_async.errors import NotFoundError, StatusError, error_class
from gradient_async.transport.credentials import Secret
from gradient_async.transport.status import status_error
from gradient_async.transport.wire import Request, Response

REQUEST = Request(method="GET", path="/v2/gen-ai/indexing_jobs/a%20b")
SECRET = Secret("hunter2")


def create_error(
    body: object,
    *,
    status: int = 404,
    headers: dict[str, str] | None = None,
    retry_after: float | None = None,
) -> StatusError:
    """Create the error of a response; a body other than bytes is encoded as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status=status, headers=headers or {}, body=raw)
    return status_error(REQUEST, response, retry_after=retry_after, secret=SECRET)


def test_facts_from_the_body() -> None:
    """The error has the API's id, message and request id, and the call's place."""
    error = create_error(
        {"id": "not_found", "message": "no such job", "request_id": "req-1"},
        headers={"x-request-id": "req-2"},
        retry_after=3.0,
    )

    assert NotFoundError is type(error)
    assert (404, "not_found", "no such job", "req-1", 3.0) == (
        error.status,
        error.id,
        error.message,
        error.request_id,
        error.retry_after,
    )
    assert ("GET", "/v2/gen-ai/indexing_jobs/a%20b") == (error.method, error.path)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>hunter2</html>", id="html"),
        pytest.param(b"null", id="null"),
        pytest.param(b'["message"]', id="list"),
        pytest.param(b'"message"', id="text"),
        pytest.param(b'{"message": "no', id="truncated"),
        pytest.param(b'{"message": "\xff"}', id="bad-utf-8"),
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param({}, id="no-keys"),
        pytest.param({"id": 5, "message": None, "request_id": []}, id="wrong-types"),
        pytest.param({"id": "", "message": "", "request_id": ""}, id="empty-texts"),
    ],
)
def test_unusable_bodies(body: object) -> None:
    """Without a usable body, the status's phrase and the header's request id remain."""
    error = create_error(body, headers={"x-request-id": "req-2"})

    assert ("Not Found", "", "req-2") == (error.message, error.id, error.request_id)


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        ("Found", 302),
        ("I'm a Teapot", 418),
        ("Service Unavailable", 503),
        ("", 499),
        ("", 599),
    ],
)
def test_phrases(expected: str, status: int) -> None:
    """Without a body, the message is the standard phrase, if the status has one."""
    error = create_error(b"", status=status)

    assert expected == error.message
    assert str(status) in str(error)
    assert error.request_id is None


@pytest.mark.parametrize("status", [300, 400, 401, 403, 404, 409, 422, 429, 500, 599])
def test_classes(status: int) -> None:
    """The status determines the class."""
    assert error_class(status) is type(create_error(b"", status=status))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"message": "Bearer hunter2 is unknown", "id": "x"}, {}),
        ({"message": "x", "id": "hunter2"}, {}),
        ({"message": "x", "request_id": "a-hunter2-b"}, {}),
        ({}, {"x-request-id": "hunter2"}),
        # If it were cut first, a part of the token would remain at the end.
        ({"message": "x" * 1996 + "hunter2"}, {}),
    ],
)
def test_servers_that_repeat_the_token(
    body: dict[str, str], headers: dict[str, str]
) -> None:
    """A token that the server repeats is removed from every fact."""
    error = create_error(body, headers=headers)

    assert "hunt" not in str(error)
    assert "hunt" not in repr(vars(error))
    assert "***" in str(error)


@pytest.mark.parametrize("key", ["id", "message", "request_id"])
def test_texts_stay_on_one_line(key: str) -> None:
    """Text from a server cannot forge log lines."""
    error = create_error({"id": "x", "message": "x", key: "a\r\nb\x1b[2Jc"})

    assert "a  b [2Jc" == getattr(error, key)
    assert str(error).isprintable()


@pytest.mark.parametrize("key", ["id", "message", "request_id"])
def test_long_texts_are_truncated(key: str) -> None:
    """Text from a server is cut to 2,000 characters."""
    body: dict[str, Any] = {key: "x" * 100_000}
    error = create_error(body)

    assert 2000 == len(getattr(error, key))


def test_long_header_ids_are_truncated() -> None:
    """A request id from a header is cut to 2,000 characters, too."""
    error = create_error(b"", headers={"x-request-id": "x" * 8000})

    assert 2000 == len(error.request_id or "")
