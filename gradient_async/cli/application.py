"""The command tree, and how errors become exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from cyclopts import App, CycloptsError, UnknownCommandError, UnusedCliTokensError

from gradient_async.cli.console import create_console, prepare_streams, silence_stdout
from gradient_async.cli.exit_codes import ExitCode, exit_code
from gradient_async.errors import GradientError
from gradient_async.printable import printable
from gradient_async.version import __version__

_HELP: Final = """
Work with indexing jobs and knowledge bases of DigitalOcean's Gradient AI platform.

The API token is read from DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN.

Exit codes: 0 success, 1 API or network failure, 2 invalid usage or settings, 3 token \
refused, 4 not found, 5 rate limit or deadline exceeded, 6 partial success, 7 the job \
failed, 130 interrupted.
"""

app: Final = App(
    name="gradient-async",
    help=_HELP,
    version=__version__,
    suppress_keyboard_interrupt=False,
)

# Named, not imported: `--help` would otherwise load the client, and aiohttp with it.
_COMMANDS: Final = "gradient_async.cli.commands"

app.command(
    f"{_COMMANDS}.demo:demo",
    help=(
        "Show lists, a live board and a report, from a local server; needs no token "
        "and no network."
    ),
)

_INDEX_HELP: Final = """
Index a knowledge base; with --wait, tell how it went.

A job is started once the database is ready. With --wait, the command ends when the \
job does, and the exit code is 0 if everything was indexed, 6 if only a part was, 7 if \
the job failed or was cancelled. A job that is already running is waited for instead.
"""
app.command(f"{_COMMANDS}.index:index", help=_INDEX_HELP)

_JOBS: Final = App(
    name="jobs", help="List, show, watch, start and cancel indexing jobs."
)
_JOBS.command(f"{_COMMANDS}.jobs:list_jobs", name="list", help="List jobs.")
_JOBS.command(f"{_COMMANDS}.jobs:get_job", name="get", help="Show a job in full.")
_WATCH_HELP: Final = """
Watch jobs, live: all that run, or those named until they have ended.

In a terminal this is a board; press ? there for its keys. Elsewhere each event is a \
line. Jobs that are named decide the exit code: 0 if all succeeded, 6 if one is \
partial, 7 if one failed or was cancelled.
"""
_JOBS.command(f"{_COMMANDS}.watch:watch_jobs", name="watch", help=_WATCH_HELP)
_JOBS.command(f"{_COMMANDS}.jobs:start_job", name="start", help="Start a job.")
_JOBS.command(f"{_COMMANDS}.jobs:cancel_jobs", name="cancel", help="Cancel jobs.")
app.command(_JOBS)


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; an error becomes one line on stderr."""
    if not prepare_streams():
        _report_error("cannot write the output: stdout is closed")
        return ExitCode.FAILURE
    try:
        code = _run(arguments)
        sys.stdout.flush()
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
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
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
    text = str(error)
    if isinstance(error, UnusedCliTokensError):
        text = f"Unexpected: {' '.join(error.unused_tokens or ())}"
    stop = "" if text.endswith((".", "?")) else "."
    command = " ".join(["gradient-async", *commands])
    return f"{text}{stop} See `{command} --help`."


def _report_error(text: str) -> None:
    """Write an error line to stderr."""
    sys.stderr.write(f"error: {printable(text)}\n")
