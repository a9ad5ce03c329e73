"""The tests on the page about testing, run by pytest as a user's tests are."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

pytest_plugins = ["pytester"]

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "testing.md"


def test_the_tests_on_the_page(pytester: pytest.Pytester) -> None:
    """All tests of the sections about the fixture pass, each on its own."""
    # Or this run would import the package anew, and leave parts of it behind.
    import_module("gradient_async.testing.serving")
    _, _, text = PAGE.read_text().partition("## Code that creates its own client")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    source = "\n".join(blocks)
    count = len(re.findall(r"^(?:async )?def test_", source, re.MULTILINE))
    pytester.makepyfile(source)
    pytester.makeini(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function"
    )

    assert 11 <= count
    pytester.runpytest_subprocess(
        "--strict-markers", "-p", "gradient_async.testing.plugin"
    ).assert_outcomes(passed=count)
