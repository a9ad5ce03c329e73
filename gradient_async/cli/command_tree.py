"""The tree of commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from cyclopts import App

from gradient_async.version import __version__

_HELP: Final = """
Work with indexing jobs and knowledge bases of DigitalOcean's Gradient AI platform.

The API token is read from DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN, or from \
the accounts of `gradient-async accounts`.

Exit codes: 0 success, 1 API or network failure, 2 invalid usage or settings, 3 token \
refused, 4 not found, 5 rate limit or deadline exceeded, 6 partial success, 7 the job \
failed, 130 interrupted.
"""

_DEMO: Final = """
Show lists, a live board and a report, from a local server; needs no token and no \
network.
"""

_INDEX: Final = """
Index a knowledge base; with --wait, tell how it went.

A job is started once the database is ready. With --wait, the command ends when the \
job does, and the exit code is 0 if everything was indexed, 6 if only a part was, 7 if \
the job failed or was cancelled. A job that is already running is waited for instead.
"""

_WATCH: Final = """
Watch jobs, live: all that run, or those named until they have ended.

In a terminal this is a board; press ? there for its keys. Elsewhere each event is a \
line. Jobs that are named decide the exit code: 0 if all succeeded, 6 if one is \
partial, 7 if one failed or was cancelled.
"""

_Commands: TypeAlias = Mapping[str, tuple[str, str]]
"""For each command its function, with the module, and its help."""

app: Final = App(
    name="gradient-async",
    help=_HELP,
    version=__version__,
    # As Markdown, it would load a parser for one number.
    version_format="plaintext",
    suppress_keyboard_interrupt=False,
)


def _add(parent: App, commands: _Commands) -> None:
    for name, (function, text) in commands.items():
        # Named, not imported: `--help` would otherwise load the client, and aiohttp.
        path = f"gradient_async.cli.commands.{function}"
        parent.command(path, name=name, help=text)


def _add_group(name: str, text: str, commands: _Commands) -> None:
    group = App(name=name, help=text)
    _add(group, commands)
    app.command(group)


_add(app, {"demo": ("demo:demo", _DEMO), "index": ("index:index", _INDEX)})
_add_group(
    "jobs",
    "List, show, watch, start and cancel indexing jobs.",
    {
        "list": ("jobs:list_jobs", "List jobs."),
        "get": ("jobs:get_job", "Show a job in full."),
        "watch": ("watch:watch_jobs", _WATCH),
        "start": ("jobs:start_job", "Start a job."),
        "cancel": ("jobs:cancel_jobs", "Cancel jobs."),
        "export": ("export:export_jobs", "Write jobs to a file."),
        "report": (
            "report:report_jobs",
            "Sum up jobs: success, tokens, cost, durations, failures.",
        ),
    },
)
_add_group(
    "kb",
    "List, show, create, delete, search knowledge bases.",
    {
        "list": ("knowledge_bases:list_bases", "List knowledge bases."),
        "get": ("knowledge_bases:get_base", "Show one in full."),
        "create": ("knowledge_bases:create_base", "Create one."),
        "delete": ("knowledge_bases:delete_base", "Delete one."),
        "search": ("knowledge_bases:search_base", "Search one."),
    },
)
_add_group(
    "sources",
    "List, add, upload, remove data sources.",
    {
        "list": ("sources:list_sources", "List them."),
        "add": ("sources:add_sources", "Add some."),
        "upload": ("sources:upload", "Upload files."),
        "remove": ("sources:remove_source", "Remove one."),
    },
)
_add_group(
    "schedule",
    "Show, set, remove indexing schedules.",
    {
        "get": ("schedule:get_schedule", "Show one."),
        "set": ("schedule:set_schedule", "Set one."),
        "remove": ("schedule:remove_schedule", "Remove one."),
    },
)
_add_group(
    "accounts",
    "List, add, remove, check accounts.",
    {
        "list": ("accounts:list_accounts", "List them."),
        "add": ("accounts:add", "Add one to the file of accounts."),
        "remove": ("accounts:remove", "Remove one from it."),
        "check": ("accounts:check", "Check the token of each."),
    },
)
_add_group(
    "auth",
    "Show which token is used.",
    {"status": ("auth:status", "Show which token, and if it works.")},
)
_add(
    app,
    {
        "worker": (
            "worker:worker",
            "Poll accounts together with other workers, on Redis or Valkey.",
        ),
        "events": ("events:events", "Show the log of events that workers write."),
    },
)
_add(
    app,
    {
        "doctor": (
            "doctor:doctor",
            "Check what the command needs, and say what to do.",
        ),
        "emulator": (
            "emulator:emulator",
            "Emulate the API on this machine, with generated data.",
        ),
        "completion": (
            "completion:completion",
            "Print a script for completion in bash, zsh or fish.",
        ),
    },
)
