"""The tree of commands, and how each of them ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from typing import Final

from cyclopts import App, CycloptsError, UnknownCommandError, UnusedCliTokensError

from gradient_async.cli.consoles import make_console, silence_stdout
from gradient_async.cli.demo import demo
from gradient_async.cli.exit_codes import ExitCode, exit_code
from gradient_async.cli.jobs import list_jobs
from gradient_async.cli.show import show
from gradient_async.errors import GradientError
from gradient_async.printable import printable

_HELP: Final = """
Indexing jobs of DigitalOcean's Gradient AI platform.

Without a command, all jobs of the account stream by and are summed up. The token is \
read from DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN.

Exit codes: 0 fine, 1 the API or the network failed, 2 usage or settings, 3 token \
refused, 4 not found, 5 rate limit or time used up, 130 interrupted.
"""

app: Final = App(
    name="gradient-async",
    help=_HELP,
    version=partial(version, "gradient-async"),
    suppress_keyboard_interrupt=False,
)
app.default(show)
app.command(demo)

jobs: Final = App(name="jobs", help="Look at indexing jobs.")
jobs.command(list_jobs, name="list")
app.command(jobs)


def run(arguments: Sequence[str]) -> int:
    """Run a command, and give its exit code; an error becomes one line on stderr."""
    commands, _, rest = app.parse_commands(list(arguments))
    # To cyclopts these are arguments of what runs without a command.
    if not commands and rest and not rest[0].startswith("-"):
        unknown = UnknownCommandError(verbose=False, unused_tokens=rest, app=app)
        return _fail(_explain(unknown, commands), ExitCode.USAGE)
    try:
        app(
            list(arguments),
            console=make_console(sys.stdout),
            print_error=False,
            exit_on_error=False,
            result_action="return_value",
        )
    except CycloptsError as error:
        return _fail(_explain(error, commands), ExitCode.USAGE)
    except GradientError as error:
        return _fail(str(error), exit_code(error))
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
    return ExitCode.FINE


def _explain(error: CycloptsError, commands: Sequence[str]) -> str:
    """Say what was wrong in a command line, and where to read more."""
    text = str(error)
    if isinstance(error, UnusedCliTokensError):
        text = f"Unexpected: {' '.join(error.unused_tokens or ())}"
    stop = "" if text.endswith((".", "?")) else "."
    command = " ".join(["gradient-async", *commands])
    return f"{text}{stop} See `{command} --help`."


def _fail(text: str, code: ExitCode) -> ExitCode:
    sys.stderr.write(f"error: {printable(text)}\n")
    return code
