"""The search for leaks sees what leaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exposure import exposed

HERE = Path(__file__).parent
# Put together, so that the source lines in a traceback do not hold it.
WORD = "xyz" * 2


def test_sees_texts() -> None:
    """A word in the message is seen."""
    assert WORD in exposed(ValueError(WORD))


def test_sees_attributes() -> None:
    """A word in an attribute or a note is seen."""
    error = ValueError("calm")
    error.add_note(WORD)

    assert WORD in exposed(error)


def test_sees_origins() -> None:
    """A word in the cause of an error is seen."""
    error = ValueError("calm")
    error.__cause__ = KeyError(WORD)

    assert WORD in exposed(error)


def test_sees_variables() -> None:
    """A variable of a frame is seen below the folder asked for, and only there."""

    def fail(word: str) -> None:
        raise ValueError(len(word))

    with pytest.raises(ValueError, match="6") as caught:
        fail(WORD)

    assert WORD in exposed(caught.value, folder=HERE)
    assert WORD not in exposed(caught.value)
