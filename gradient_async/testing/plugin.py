"""
The pytest plugin, which pytest loads wherever this package is installed.

It imports nothing but pytest until a test uses the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from gradient_async.emulator import Emulator

_NAME: Final = "gradient_emulator"


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark."""
    config.addinivalue_line(
        "markers",
        f"{_NAME}(**options): run an emulator of the Gradient AI API during the test; "
        "the options are arguments of `Emulator`, and `skip_waits`",
    )


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Make marked tests use the fixture: without it, they would reach the real API."""
    for item in items:
        if item.get_closest_marker(_NAME) and isinstance(item, pytest.Function):
            _use_fixture(item)


@pytest.fixture
def gradient_emulator(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Emulator]:
    """
    Run a local API server with 200 jobs and no rate limits in a background thread.

    No job is unfinished, and waiting for one takes no time. `DIGITALOCEAN_API_URL` and
    `DIGITALOCEAN_ACCESS_TOKEN` point to the server during the test, so `Client()` uses
    it. The mark `gradient_emulator` has other options.
    """
    # Not before a test needs it: pytest imports this module in every run.
    from gradient_async.testing import serving  # noqa: PLC0415

    marks = list(request.node.iter_markers(_NAME))
    with serving.serve(marks, monkeypatch) as emulator:
        yield emulator


def _use_fixture(item: pytest.Function) -> None:
    if _NAME not in item.fixturenames:
        # First, as other fixtures may create clients. A new list, because the tests
        # of all sets of parameters share one.
        item.fixturenames = [_NAME, *item.fixturenames]
