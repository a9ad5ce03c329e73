"""Requests and responses as plain values."""

from __future__ import annotations

import pytest

from gradient_async.transport.wire import Request, Response


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
    """Only methods that are idempotent in HTTP are safe to repeat."""
    assert expected is Request(method=method, path="/").is_idempotent


def test_bodies_and_headers_are_not_shown() -> None:
    """No repr contains a body or a header."""
    request = Request(method="POST", path="/", body=b"hunter2")
    response = Response(status=200, headers={"set-cookie": "hunter2"}, body=b"hunter2")

    assert "hunter2" not in repr(request)
    assert "hunter2" not in repr(response)


@pytest.mark.parametrize(
    ("expected", "headers"), [("req-1", {"x-request-id": "req-1"}), (None, {})]
)
def test_request_ids(expected: str | None, headers: dict[str, str]) -> None:
    """The request id comes from its header; without one it is None."""
    assert expected == Response(status=200, headers=headers).request_id
