"""Faults as values, and the order in which they apply."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async.emulator import Fault
from gradient_async.emulator.core.faults import FaultQueue


def consume(
    queue: FaultQueue,
    *,
    method: str = "GET",
    page: str | None = "1",
    token: str | None = "one",
    path: str = "/v2/jobs/1/cancel",
) -> Fault | None:
    """Consume the fault for a request."""
    return queue.consume(method=method, path=path, page=page, token=token)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "needs an effect"),
        ({"page": 2}, "needs an effect"),
        ({"drop": True, "hang": True}, "only one of"),
        ({"drop": True, "lose": True}, "only one of"),
        ({"lose": True, "drop_after": 5}, "only one of"),
        ({"lose": True, "status": 500}, "no response to change"),
        ({"drop_after": 0, "drip": 0.1}, "no response to change"),
        ({"drop_after": -1}, "must be"),
        ({"path": "*"}, "needs an effect"),
        ({"drop": True, "status": 500}, "no response to change"),
        ({"drop": True, "body": b"{}"}, "no response to change"),
        ({"hang": True, "cut": 5}, "no response to change"),
        ({"hang": True, "headers": {"a": "b"}}, "no response to change"),
        ({"hang": True, "delay": 1.0}, "nothing to delay"),
        ({"status": 204, "body": b"{}"}, "status 204 has no body"),
        ({"status": 304, "drip": 1.0}, "status 304 has no body"),
        ({"status": 101}, "must be"),
        ({"status": 600}, "must be"),
        ({"status": 500, "times": 0}, "must be"),
        ({"status": 500, "page": 0}, "must be"),
        ({"delay": -1.0}, "must be"),
        ({"drip": 0.0}, "must be"),
        ({"cut": -1}, "must be"),
    ],
)
def test_invalid_faults(fields: dict[str, Any], message: str) -> None:
    """An impossible fault is rejected when it is created, with the reason."""
    with pytest.raises(ValueError, match=message):
        Fault(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 503},
        {"status": 204},
        {"status": 599, "body": b"", "drip": 0.1, "cut": 0, "delay": 2.0},
        {"drop": True, "delay": 1.0},
        {"lose": True, "delay": 1.0, "path": "*/cancel"},
        {"drop_after": 0},
        {"headers": {"retry-after": "1"}},
    ],
)
def test_valid_faults(fields: dict[str, Any]) -> None:
    """Compatible effects can be combined."""
    fault = Fault(**fields)

    assert fields == {name: getattr(fault, name) for name in fields}


def test_repr_hides_the_token() -> None:
    """The repr of a fault does not reveal its token."""
    assert "secret" not in repr(Fault(drop=True, token="secret"))


def test_faults_apply_in_order() -> None:
    """Faults are consumed one after the other, each `times` times."""
    first, second = Fault(status=500), Fault(status=503, times=2)
    queue = FaultQueue()
    queue.add([first, second])

    assert [first, second, second, None] == [consume(queue) for _ in range(4)]


def test_fault_without_limit() -> None:
    """A fault with `times=None` is never used up."""
    fault = Fault(status=500, times=None)
    queue = FaultQueue()
    queue.add([fault])

    assert [fault] * 5 == [consume(queue) for _ in range(5)]


@pytest.mark.parametrize(
    ("options", "others", "meant"),
    [
        ({"page": 3}, [{"page": "1"}, {"page": None}], {"page": "3"}),
        ({"method": "post"}, [{"method": "GET"}], {"method": "POST"}),
        ({"token": "two"}, [{"token": "one"}], {"token": "two"}),
        # The pattern is for the whole path, and its star also matches slashes.
        (
            {"path": "/v2/*/cancel"},
            [{"path": "/v2/a/cancel/b"}],
            {"path": "/v2/a/b/cancel"},
        ),
    ],
)
def test_requests_that_are_meant(
    options: dict[str, Any], others: list[dict[str, Any]], meant: dict[str, Any]
) -> None:
    """A fault affects no other requests."""
    fault = Fault(status=500, **options)
    queue = FaultQueue()
    queue.add([fault])

    assert [*[None] * len(others), fault] == [
        consume(queue, **request) for request in [*others, meant]
    ]


def test_storage_needs_a_path() -> None:
    """Requests to the storage site match only faults with a path."""
    anywhere, named = Fault(status=500), Fault(status=503, path="/uploads/*")
    queue = FaultQueue()
    queue.add([anywhere, Fault(status=504, path="/uploads/*", token="one"), named])

    assert named is consume(queue, path="/uploads/a", token=None, page=None)
