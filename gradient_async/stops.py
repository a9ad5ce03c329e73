"""Keep functions of the caller from ending loops that they are called in."""

from __future__ import annotations


def stop_error(stop: StopIteration | StopAsyncIteration) -> RuntimeError:
    """
    Return the error that takes the place of a stop raised within an iterator.

    To `async for`, and to a coroutine, either means the regular end, so a list would
    end too early without an error. Python itself does the same in generators.
    """
    return RuntimeError(f"a function that was called raised {type(stop).__name__}")
