"""The search for secrets covers every text."""

from __future__ import annotations

import logging

from tests.support.secrets import texts_of_error, texts_of_records


def _raise_with_suppressed_context() -> None:
    try:
        raise ValueError("hidden")  # noqa: TRY301
    except ValueError:
        raise KeyError("shown") from None


def test_finds_suppressed_contexts() -> None:
    """A context that `from None` suppresses is searched."""
    try:
        _raise_with_suppressed_context()
    except KeyError as error:
        texts = list(texts_of_error(error))

    assert any("hidden" in text for text in texts)


def test_finds_attributes_and_notes() -> None:
    """Attributes and notes are searched."""
    error = ValueError()
    error.token = "attribute"  # type: ignore[attr-defined]
    error.add_note("noted")
    texts = list(texts_of_error(error))

    assert any("attribute" in text for text in texts)
    assert "noted" in texts


def test_finds_variables_of_library_frames() -> None:
    """The variables of frames in this package are searched."""
    from gradient_async.transport.retry import RetryPolicy  # noqa: PLC0415

    try:
        RetryPolicy(attempts=-12345)
    except ValueError as error:
        texts = list(texts_of_error(error))

    assert any("RetryPolicy(attempts=-12345" in text for text in texts)


def test_finds_arguments_of_records() -> None:
    """The arguments of log records are searched, used in the message or not."""
    record = logging.LogRecord("x", 10, "p", 1, "said %.1s", ("secret",), None)

    assert any("secret" in text for text in texts_of_records([record]))
