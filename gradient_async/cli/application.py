"""Run a command; an error becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import (
    App,
    CycloptsError,
    Parameter,
    UnknownCommandError,
    UnusedCliTokensError,
)

from gradient_async.cli.command_tree import app
from gradient_async.cli.console import create_console, prepare_streams, silence_stdout
from gradient_async.cli.exit_codes import ExitCode, exit_code
from gradient_async.errors import GradientError
from gradient_async.printable import printable

# Otherwise it exits by itself on Ctrl-C.
app.meta.suppress_keyboard_interrupt = False


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; an error becomes one line on stderr."""
    if not prepare_streams():
        _report_error("cannot write the output: stdout is closed")
        return ExitCode.FAILURE
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        # Also while a command is still being imported.
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        return ExitCode.SUCCESS
    except OSError as error:
        silence_stdout()
        _report_error(f"cannot write the output: {error.strerror}")
        return ExitCode.FAILURE
    return code


def _run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    commands, _, rest = app.parse_commands(list(arguments))
    # cyclopts would pass an unknown command to the default one as an argument.
    if not commands and rest and not rest[0].startswith("-"):
        unknown = UnknownCommandError(verbose=False, unused_tokens=rest, app=app)
        _report_error(_usage_message(unknown, commands))
        return ExitCode.USAGE
    try:
        code = _call(app.meta, arguments)
    except CycloptsError as error:
        _report_error(_usage_message(error, commands))
        return ExitCode.USAGE
    # Commands about the outcome of jobs return a code, others nothing.
    return ExitCode.SUCCESS if code is None else ExitCode(code)


def _call(target: App, words: Sequence[str]) -> int | None:
    """Run a command; usage errors are raised."""
    code: int | None = target(
        list(words),
        console=create_console(sys.stdout),
        print_error=False,
        exit_on_error=False,
        result_action="return_value",
    )
    return code


# The help of every command has its option, too.
@app.meta.default
def _launch(
    *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    debug: Annotated[
        bool, Parameter(negative=(), show_default=False, group="Debugging")
    ] = False,
) -> int | None:
    """
    Run a command and return its exit code; None means success.

    Args:
        words: The command and its arguments.
        debug: Show the trace of an error on stderr.
    """
    try:
        return _call(app, words)
    except GradientError as error:
        names, _, _ = app.parse_commands(list(words))
        return _report(error, " ".join(names), debug=debug)
    except CycloptsError:
        raise
    except Exception as error:
        # Without a file, it is about the output.
        if isinstance(error, OSError) and error.filename is None:
            raise
        return _report_unexpected(error, debug=debug)


def _report(error: GradientError, command: str, *, debug: bool) -> int:
    """Write the lines of a command's error, and return its exit code."""
    # Loaded here: they name errors of accounts, which import the client.
    from gradient_async.cli.error_lines import describe_error  # noqa: PLC0415

    if debug:
        _write_trace(error)
    for text in describe_error(error, command=command):
        _report_error(text)
    return exit_code(error)


def _report_unexpected(error: Exception, *, debug: bool) -> int:
    """Write a line about an error that no command expects."""
    if debug:
        _write_trace(error)
    if isinstance(error, OSError):
        _report_error(f"{error.filename}: {error.strerror}")
    else:
        # Its text may be secret.
        advice = "please report it, with what --debug shows"
        _report_error(f"unexpected {type(error).__name__}: this is a bug, {advice}")
    return ExitCode.FAILURE


def _write_trace(error: Exception) -> None:
    # Loaded here: few need it.
    from gradient_async.cli.trace import render_trace  # noqa: PLC0415

    for line in render_trace(error, os.environ):
        sys.stderr.write(f"{line}\n")


def _usage_message(error: CycloptsError, commands: Sequence[str]) -> str:
    """Return what is wrong with a command line, and which help to read."""
    # The help has the commands, too.
    text = str(error).partition(" Available commands: ")[0]
    if isinstance(error, UnusedCliTokensError):
        text = f"Unexpected: {' '.join(error.unused_tokens or ())}"
    stop = "" if text.endswith((".", "?")) else "."
    command = " ".join(["gradient-async", *commands])
    return f"{text}{stop} See `{command} --help`."


def _report_error(text: str) -> None:
    """Write an error line to stderr, without a token that was given by mistake."""
    # Loaded here: without an error, it is not needed.
    from gradient_async.transport.credentials import TOKEN_PATTERN  # noqa: PLC0415

    sys.stderr.write(f"error: {printable(TOKEN_PATTERN.sub('***', text))}\n")
