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

The API token is read from DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN, or from \
the accounts of `gradient-async accounts`.

Exit codes: 0 success, 1 API or network failure, 2 invalid usage or settings, 3 token \
refused, 4 not found, 5 rate limit or deadline exceeded, 6 partial success, 7 the job \
failed, 130 interrupted.
"""

app: Final = App(
    name="gradient-async",
    help=_HELP,
    version=__version__,
    # As Markdown, it would load a parser for one number.
    version_format="plaintext",
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
_JOBS.command(
    f"{_COMMANDS}.export:export_jobs", name="export", help="Write jobs to a file."
)
_JOBS.command(
    f"{_COMMANDS}.report:report_jobs",
    name="report",
    help="Sum up jobs: success, tokens, cost, durations, failures.",
)
app.command(_JOBS)

_KB: Final = App(name="kb", help="List, show, create, delete, search knowledge bases.")
_KB_COMMANDS: Final = f"{_COMMANDS}.knowledge_bases"
_KB.command(f"{_KB_COMMANDS}:list_bases", name="list", help="List knowledge bases.")
_KB.command(f"{_KB_COMMANDS}:get_base", name="get", help="Show one in full.")
_KB.command(f"{_KB_COMMANDS}:create_base", name="create", help="Create one.")
_KB.command(f"{_KB_COMMANDS}:delete_base", name="delete", help="Delete one.")
_KB.command(f"{_KB_COMMANDS}:search_base", name="search", help="Search one.")
app.command(_KB)

_SOURCES: Final = App(name="sources", help="List, add, upload, remove data sources.")
_SOURCE_COMMANDS: Final = f"{_COMMANDS}.sources"
_SOURCES.command(f"{_SOURCE_COMMANDS}:list_sources", name="list", help="List them.")
_SOURCES.command(f"{_SOURCE_COMMANDS}:add_sources", name="add", help="Add some.")
_SOURCES.command(f"{_SOURCE_COMMANDS}:upload", name="upload", help="Upload files.")
_SOURCES.command(f"{_SOURCE_COMMANDS}:remove_source", name="remove", help="Remove one.")
app.command(_SOURCES)

_SCHEDULE: Final = App(name="schedule", help="Show, set, remove indexing schedules.")
_SCHEDULE_COMMANDS: Final = f"{_COMMANDS}.schedule"
_SCHEDULE.command(f"{_SCHEDULE_COMMANDS}:get_schedule", name="get", help="Show one.")
_SCHEDULE.command(f"{_SCHEDULE_COMMANDS}:set_schedule", name="set", help="Set one.")
_SCHEDULE.command(
    f"{_SCHEDULE_COMMANDS}:remove_schedule", name="remove", help="Remove one."
)
app.command(_SCHEDULE)

_ACCOUNTS: Final = App(name="accounts", help="List, add, remove, check accounts.")
_ACCOUNT_COMMANDS: Final = f"{_COMMANDS}.accounts"
_ACCOUNTS.command(f"{_ACCOUNT_COMMANDS}:list_accounts", name="list", help="List them.")
_ACCOUNTS.command(f"{_ACCOUNT_COMMANDS}:add", help="Add one to the file of accounts.")
_ACCOUNTS.command(f"{_ACCOUNT_COMMANDS}:remove", help="Remove one from it.")
_ACCOUNTS.command(f"{_ACCOUNT_COMMANDS}:check", help="Check the token of each.")
app.command(_ACCOUNTS)

_AUTH: Final = App(name="auth", help="Show which token is used.")
_AUTH.command(f"{_COMMANDS}.auth:status", help="Show which token, and if it works.")
app.command(_AUTH)

app.command(
    f"{_COMMANDS}.doctor:doctor",
    help="Check what the command needs, and say what to do.",
)
app.command(
    f"{_COMMANDS}.emulator:emulator",
    help="Emulate the API on this machine, with generated data.",
)


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
