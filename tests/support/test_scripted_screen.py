"""A script that is not followed fails a test, instead of waiting forever."""

from __future__ import annotations

import pytest

from tests.support.scripted_screen import ScriptedScreen


def test_a_text_that_does_not_come() -> None:
    """After many frames without the text, the test fails with what was drawn."""
    screen = ScriptedScreen()
    screen.script = [("this", ())]
    with pytest.raises(AssertionError, match=r"no 'this' in .*that"):
        for _ in range(100):  # pragma: no branch  (it ends early)
            screen.write("that")
