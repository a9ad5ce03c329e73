"""Faults as values, and the order in which they strike."""

from __future__ import annotations

from typing import Any

import pytest

from gradient_async.emulator import Fault
from gradient_async.emulator.core.faults import FaultQueue


def take(
    queue: FaultQueue,
    *,
    method: str = "GET",
    page: str | None = "1",
    token: str | None = "one",
    path: str = "/v2/jobs/1/cancel",
) -> Fault | None:
    """Let a request meet the queue."""
    return queue.consume(method=method, path=path, page=page, token=token)


@pytest.mark.parametrize(
    ("fields", "complaint"),
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
        ({"status": 101}, "200 to 599"),
        ({"status": 600}, "200 to 599"),
        ({"status": 500, "times": 0}, "at least 1"),
        ({"status": 500, "page": 0}, "must be"),
        ({"delay": -1.0}, "must be"),
        ({"drip": 0.0}, "must be"),
        ({"cut": -1}, "must be"),
    ],
)
def test_senseless_faults_are_refused(fields: dict[str, Any], complaint: str) -> None:
    """A fault that cannot happen is refused when it is made, with the reason."""
    with pytest.raises(ValueError, match=complaint):
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
def test_sensible_faults_are_accepted(fields: dict[str, Any]) -> None:
    """Effects that can happen together are allowed together."""
    fault = Fault(**fields)

    assert fields == {name: getattr(fault, name) for name in fields}


def test_repr_hides_the_token() -> None:
    """A fault can be printed without giving a token away."""
    assert "secret" not in repr(Fault(drop=True, token="secret"))


def test_faults_strike_in_order() -> None:
    """Faults are used up one after the other, each as often as it says."""
    first, second = Fault(status=500), Fault(status=503, times=2)
    queue = FaultQueue()
    queue.add([first, second])

    assert [first, second, second, None] == [take(queue) for _ in range(4)]


def test_fault_for_ever() -> None:
    """A fault without a number of times strikes again and again."""
    fault = Fault(status=500, times=None)
    queue = FaultQueue()
    queue.add([fault])

    assert [fault] * 5 == [take(queue) for _ in range(5)]


def test_fault_waits_for_its_page() -> None:
    """A fault for a page leaves all other requests alone."""
    fault = Fault(status=500, page=3)
    queue = FaultQueue()
    queue.add([fault])

    assert [None, None, fault] == [take(queue, page=page) for page in ("1", None, "3")]


def test_fault_waits_for_its_method() -> None:
    """A fault for a method leaves all other requests alone."""
    fault = Fault(status=500, method="post")
    queue = FaultQueue()
    queue.add([fault])

    assert [None, fault] == [take(queue, method=name) for name in ("GET", "POST")]


def test_fault_waits_for_its_token() -> None:
    """A fault for a token leaves all other accounts alone."""
    fault = Fault(status=500, token="two")
    queue = FaultQueue()
    queue.add([fault])

    assert [None, fault] == [take(queue, token=token) for token in ("one", "two")]


def test_fault_waits_for_its_path() -> None:
    """A pattern is about the whole path, and its star crosses slashes."""
    fault = Fault(status=500, path="/v2/*/cancel")
    queue = FaultQueue()
    queue.add([fault])

    assert [None, fault] == [
        take(queue, path=path) for path in ("/v2/a/cancel/b", "/v2/a/b/cancel")
    ]


def test_only_named_paths_strike_the_storage() -> None:
    """A request without a token meets faults for its path, and no others."""
    anywhere, named = Fault(status=500), Fault(status=503, path="/uploads/*")
    queue = FaultQueue()
    queue.add([anywhere, Fault(status=504, path="/uploads/*", token="one"), named])

    assert named is take(queue, path="/uploads/a", token=None, page=None)
