"""Run a command; an error becomes one line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import CycloptsError, UnknownCommandError, UnusedCliTokensError

from gradient_async.cli.command_tree import app
from gradient_async.cli.console import create_console, prepare_streams, silence_stdout
from gradient_async.cli.exit_codes import ExitCode, exit_code
from gradient_async.errors import GradientError
from gradient_async.printable import printable


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
        # Errors about files have a name, and are not about the output.
        if error.filename is not None:
            raise
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
        code = app(
            list(arguments),
            console=create_console(sys.stdout),
            print_error=False,
            exit_on_error=False,
            result_action="return_value",
        )
    except CycloptsError as error:
        _report_error(_usage_message(error, commands))
        return ExitCode.USAGE
    except GradientError as error:
        return _report(error)
    # Commands about the outcome of jobs return a code, others nothing.
    return ExitCode.SUCCESS if code is None else ExitCode(code)


def _report(error: GradientError) -> int:
    """Write the lines of an error, and return its exit code."""
    # Loaded here: they name errors of accounts, which import the client.
    from gradient_async.cli.error_lines import describe_error  # noqa: PLC0415

    for text in describe_error(error):
        _report_error(text)
    return exit_code(error)


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
