"""`jobs watch`: a board in a terminal, lines elsewhere, and an exit code."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Mapping
from functools import partial

import pytest

from gradient_async import (
    AccountEvent,
    AccountEventKind,
    Accounts,
    Client,
    FeedEvent,
    IndexingJob,
    IndexingJobPhase,
    JobEvent,
    JobEventKind,
    Lagged,
)
from gradient_async.cli.board.event_lines import EventLines, describe
from gradient_async.cli.board.follow import follow_all, follow_job
from gradient_async.cli.board.live_board import LiveBoard
from gradient_async.cli.board.state import Board, have_ended
from gradient_async.cli.commands.watch import watch_jobs
from gradient_async.cli.connection import Connection
from gradient_async.cli.console import create_console
from gradient_async.cli.exit_codes import ExitCode
from gradient_async.emulator import Emulator, Fault
from gradient_async.errors import (
    AmbiguousNameError,
    AuthenticationError,
    NotFoundError,
    UnknownNameError,
)
from gradient_async.settings import TOKEN_VARIABLES
from tests.support.scripted_screen import ScriptedScreen

EVERYONE = Connection(all=True)
QUIT = ("q",)


def idle_base(api: Emulator) -> Mapping[str, object]:
    """Return a knowledge base of two data sources that were never indexed."""
    for base in api.knowledge_bases():
        if base["name"] == "manuals":
            return base
    api.add_knowledge_base("manuals", sources=2)
    return idle_base(api)


def running_jobs(api: Emulator) -> list[Mapping[str, object]]:
    """Return the jobs that have not ended, newest first."""
    phases = {"BATCH_JOB_PHASE_PENDING", "BATCH_JOB_PHASE_RUNNING"}
    return [job for job in api.jobs() if job["phase"] in phases]


async def start(api: Emulator, client: Client, *failures: str) -> str:
    """Start a job of two sources, the first of which fail, and return its id."""
    uuid = str(idle_base(api)["uuid"])
    sources = [str(it["uuid"]) for it in api.data_sources(uuid)][:2]
    for source, failure in zip(sources, failures, strict=False):
        api.plan_source(source, error_msg=failure, error_details="too slow")
    job = await client.indexing_jobs.create(uuid, data_source_uuids=sources)
    return job.uuid


async def test_a_board_of_everything_ends_with_q(
    account: Emulator, screen: ScriptedScreen
) -> None:
    """The board has all jobs that run, with names of knowledge bases."""
    running = running_jobs(account)
    bases = {it["uuid"]: it["name"] for it in account.knowledge_bases()}
    name = bases[running[0]["knowledge_base_uuid"]]
    screen.script = [(str(name)[:8], QUIT)]

    assert ExitCode.SUCCESS == await watch_jobs()
    assert screen.last_frame[0].startswith(f"{len(running)} running, 0 ended")
    assert "ACCOUNT" not in screen.text
    assert "q quit" in screen.text
    assert "q quit" not in screen.last_frame[-1]


async def test_keys_open_and_cancel(account: Emulator, screen: ScriptedScreen) -> None:
    """A job can be opened, and cancelled; it stays on the board as cancelled."""
    newest = running_jobs(account)[0]
    screen.script = [
        (str(newest["uuid"])[:8], ("?",)),
        ("this help", ("x",)),
        ("q quit", ("down", "up", "enter")),
        ("knowledge base", ("escape", "c")),
        ("any other key for no", ("y",)),
        ("cancelled", QUIT),
    ]

    assert ExitCode.SUCCESS == await watch_jobs()
    assert [] == screen.script
    assert f"job             {newest['uuid']}" in screen.text
    (cancelled,) = [it for it in account.jobs() if it["uuid"] == newest["uuid"]]
    assert "BATCH_JOB_PHASE_CANCELLED" == cancelled["phase"]
    assert ", 1 ended" in screen.last_frame[0]


async def test_a_job_that_cannot_be_cancelled(
    account: Emulator, screen: ScriptedScreen
) -> None:
    """A refusal is a line on the board, which goes on."""
    account.fail(Fault(status=409, method="PUT"))
    screen.script = [
        ("> ", ("c",)),
        ("any other key for no", ("y",)),
        ("409", QUIT),
    ]

    assert ExitCode.SUCCESS == await watch_jobs()
    assert [] == screen.script


async def test_details_of_a_job_that_has_left(
    api: Emulator, client: Client, screen: ScriptedScreen
) -> None:
    """If no job is left while one is open, a line says so."""
    for job in api.jobs():
        api.remove_job(str(job["uuid"]))
    uuid = await start(api, client)
    screen.script = [
        (uuid[:8], ("o",)),
        ("knowledge base", lambda: api.remove_job(uuid)),
        ("the job has left the board", QUIT),
    ]
    async with Accounts({"acme": api.token}, base_url=api.url) as accounts:
        board = LiveBoard(
            accounts,
            names=["acme"],
            board=Board(kept_seconds=0),
            sources=[partial(follow_all, accounts.feed())],
            console=create_console(screen),
        )
        assert not await board.run(lambda _: False)


async def test_accounts_and_their_troubles(
    api: Emulator, screen: ScriptedScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several accounts have a column, and one that is refused a line."""
    monkeypatch.setenv("DIGITALOCEAN_API_URL", api.url)
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_ACME", api.token)
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_OLD", "revoked")
    screen.script = [("old: ", ()), ("running, 0 ended", QUIT)]

    assert ExitCode.SUCCESS == await watch_jobs(connection=EVERYONE)
    assert "  ACCOUNT  JOB " in screen.text
    assert "old: Unable to authenticate you" == screen.last_frame[-1]


@pytest.mark.parametrize(
    ("expected", "failures"),
    [
        (ExitCode.SUCCESS, []),
        (ExitCode.PARTIAL, ["timeout"]),
        (ExitCode.JOB_FAILED, ["timeout", "timeout"]),
    ],
)
async def test_named_jobs_end_the_board(
    account: Emulator,
    client: Client,
    screen: ScriptedScreen,
    expected: ExitCode,
    failures: list[str],
) -> None:
    """Once all jobs have ended the board does, too, and the worst is the exit code."""
    uuid = await start(account, client, *failures)
    done = next(it for it in account.jobs() if it["status"] == COMPLETED)
    code = await watch_jobs(uuid[:8], str(done["uuid"]), uuid)

    assert expected == code
    assert "0 running, 2 ended" == screen.last_frame[0]
    assert bool(failures) == ("    timeout: too slow" in screen.last_frame)


COMPLETED = "INDEX_JOB_STATUS_COMPLETED"


async def test_leaving_named_jobs_is_no_success(
    account: Emulator, client: Client, screen: ScriptedScreen
) -> None:
    """Nobody knows how they end, so the exit code is that of an interruption."""
    uuid = await start(account, client)
    screen.script = [(uuid[:8], QUIT)]

    assert ExitCode.INTERRUPTED == await watch_jobs(uuid)


async def test_events_are_lines_in_a_pipe(
    account: Emulator, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each event is a line: the account, the job, its base, state and progress."""
    name = idle_base(account)["name"]
    uuid = await start(account, client, "timeout")
    code = await watch_jobs(uuid)
    lines = capsys.readouterr().out.splitlines()

    assert ExitCode.PARTIAL == code
    assert f"default  {uuid}  {name}  pending  0/2 sources  0 tokens" == lines[0]
    assert lines[-1].startswith(f"default  {uuid}  {name}  partial  1/2 sources  ")
    assert lines[-1].endswith("  timeout: too slow")


async def test_events_as_json(
    account: Emulator,
    client: Client,
    screen: ScriptedScreen,
) -> None:
    """Events are JSON lines if asked for, also in a terminal."""
    uuid = await start(account, client)
    code = await watch_jobs(uuid, output="jsonl")
    events = [json.loads(line) for line in screen.getvalue().splitlines()]

    assert ExitCode.SUCCESS == code
    assert "running" == events[0]["kind"]
    assert "ended" == events[-1]["kind"]
    assert {"changed"} == {it["kind"] for it in events[1:-1]}
    assert {uuid} == {it["job"]["uuid"] for it in events}


async def test_a_job_that_had_ended_appears(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job that has ended before is one event."""
    done = next(it for it in account.jobs() if it["status"] == COMPLETED)
    code = await watch_jobs(str(done["uuid"]), output="jsonl")
    (line,) = capsys.readouterr().out.splitlines()

    assert ExitCode.SUCCESS == code
    assert "appeared" == json.loads(line)["kind"]


async def test_lines_of_everything_go_on_until_they_are_stopped(
    account: Emulator, monkeypatch: pytest.MonkeyPatch, screen: ScriptedScreen
) -> None:
    """Without a job, lines never end; a revoked token is a line, and its end too."""
    monkeypatch.setenv("TERM", "dumb")
    account.fail(Fault(status=401, times=2))
    task = asyncio.create_task(watch_jobs(connection=Connection(all=True)))
    screen.script = [
        ("default  trouble  401 unauthorized: ", ()),
        ("  running  ", ()),
        ("default  recovered\n", task.cancel),
    ]
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [] == screen.script
    assert "\x1b" not in screen.getvalue()


async def test_a_poll_that_fails_for_good_ends_the_board(
    account: Emulator, client: Client, screen: ScriptedScreen
) -> None:
    """A job that is deleted while it is watched is an error after the last frame."""
    uuid = await start(account, client)
    screen.script = [("pending", lambda: account.remove_job(uuid))]
    with pytest.raises(NotFoundError):
        await watch_jobs(uuid)

    assert uuid[:8] in "".join(screen.last_frame)


@pytest.mark.parametrize(
    ("expected", "job"),
    [
        (UnknownNameError, "no-such-job"),
        (NotFoundError, "00000000-0000-4000-8000-000000000000"),
    ],
)
async def test_an_unknown_job(
    account: Emulator, expected: type[Exception], job: str
) -> None:
    """A job that no account has is an error before anything is shown."""
    with pytest.raises(expected):
        await watch_jobs(job)


async def test_a_job_of_one_of_several_accounts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job is looked for in all accounts; an id of two jobs is ambiguous."""
    async with Emulator(jobs=500, accounts=2, limits=None) as api:
        monkeypatch.setenv("DIGITALOCEAN_API_URL", api.url)
        for name, token in zip("AB", api.tokens, strict=True):
            monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_{name}", token)
        (*_, theirs) = api.job_uuids(api.tokens[1])
        await watch_jobs(theirs, connection=EVERYONE)
        line = capsys.readouterr().out
        shared = shared_start(*(api.job_uuids(token) for token in api.tokens))
        with pytest.raises(AmbiguousNameError):
            await watch_jobs(shared, connection=EVERYONE)

    assert line.startswith(f"b  {theirs}  ")


def shared_start(mine: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """Return a start of an id that exactly one job of each of two accounts has."""
    counts = [Counter(uuid[:4] for uuid in uuids) for uuids in (mine, theirs)]
    return next(it for it in counts[0] if [1, 1] == [count[it] for count in counts])


async def test_all_accounts_refused(
    api: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error says more than that there is no such job."""
    monkeypatch.setenv("DIGITALOCEAN_API_URL", api.url)
    monkeypatch.setenv(TOKEN_VARIABLES[0], "revoked")
    with pytest.raises(AuthenticationError):
        await watch_jobs("abcd1234")


@pytest.mark.parametrize(
    ("expected", "event"),
    [
        ("3 events lost: the output is too slow", Lagged(count=3)),
        (
            "acme  removed",
            AccountEvent(account="acme", kind=AccountEventKind.REMOVED),
        ),
        (
            "acme  42  deleted  0/0 sources  0 tokens",
            JobEvent(
                account="acme", kind=JobEventKind.ENDED, job=IndexingJob(uuid="42")
            ),
        ),
        (
            "42  running  1/2 sources  1 token",
            JobEvent(
                kind=JobEventKind.CHANGED,
                job=IndexingJob(
                    uuid="42",
                    phase=IndexingJobPhase.RUNNING,
                    completed_datasources=1,
                    total_datasources=2,
                    total_tokens=1,
                ),
            ),
        ),
    ],
)
def test_rare_events_are_lines_too(expected: str, event: FeedEvent) -> None:
    """What is empty is left out."""
    assert expected == describe(event)


HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202e\x9b31mname\r\n=1+2"


@pytest.mark.parametrize("is_drawn", [True, False])
async def test_texts_of_the_server_are_only_text(
    api: Emulator, client: Client, screen: ScriptedScreen, is_drawn: bool
) -> None:
    """Names and reasons move no cursor and set no title, drawn or written."""
    uuid = str(idle_base(api)["uuid"])
    await client.knowledge_bases.update(uuid, name=HOSTILE)
    (source, *_) = [str(it["uuid"]) for it in api.data_sources(uuid)]
    api.plan_source(source, error_msg=HOSTILE, error_details=HOSTILE)
    job = await client.indexing_jobs.create(uuid, data_source_uuids=[source])
    screen.script = [("pending", ("o",))] if is_drawn else []
    follow = [partial(follow_job, client, "acme", job.uuid)]
    async with Accounts({"acme": api.token}, base_url=api.url) as accounts:
        board = Board(kept_seconds=math.inf)
        if is_drawn:
            console = create_console(screen)
            follower: LiveBoard | EventLines = LiveBoard(
                accounts, names=["acme"], board=board, sources=follow, console=console
            )
        else:
            follower = EventLines(
                accounts, board=board, sources=follow, out=screen, as_json=False
            )
        assert await follower.run(lambda rows: have_ended(rows, 1))

    assert "name" in screen.text
    hostile = ("\x1b[2J", "\x1b]", "\x07", "\u202e", "\x9b", "\r\n=")
    assert [] == [it for it in hostile if it in screen.getvalue()]
