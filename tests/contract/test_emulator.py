"""The emulator serves exactly the operations that the client calls."""

from __future__ import annotations

from typing import Final

import pytest

from gradient_async.emulator.server.routes import ROUTES
from tests.contract.facts import COVERED, Fact

SERVED: Final = [(it.method, it.path, it.operation_id) for it in ROUTES]


@pytest.mark.parametrize("operation", COVERED.values(), ids=COVERED)
def test_served(operation: Fact) -> None:
    """An operation that has a method is served, with its method, path and id."""
    assert SERVED.count((operation.method, operation.path, operation.id)) == 1


def test_no_others() -> None:
    """No other operation is served."""
    assert sorted(COVERED) == sorted(identifier for _, _, identifier in SERVED)
