"""Commands that print a token; on a real clock, because processes take real time."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from gradient_async.accounts import CommandToken, token_command
from gradient_async.errors import TokenError
from tests.support.secrets import texts_of_error

pytestmark = pytest.mark.real_time

TOKEN: Final = "hunter2"
GRACE: Final = 30.0
"""Seconds that pass only if something is broken."""


def python(code: str) -> list[str]:
    """Return a command that runs Python code."""
    return [sys.executable, "-ISc", code]


@pytest.mark.parametrize("printed", [TOKEN, f"{TOKEN}\n", f"\n {TOKEN}\r\n\n"])
async def test_commands(printed: str) -> None:
    """The token is the only line that the command prints."""
    assert TOKEN == await CommandToken(python(f"print({printed!r}, end='')"))()


async def test_no_shell_reads_the_arguments() -> None:
    """Arguments reach the program as they are."""
    code = "import sys; print(sys.argv[1] == '$HOME; echo x > *')"

    assert "True" == await CommandToken([*python(code), "$HOME; echo x > *"])()


async def test_commands_have_no_input() -> None:
    """A command that reads its input is not kept waiting."""
    code = "import sys; print(len(sys.stdin.read()))"

    assert "0" == await CommandToken(python(code))()


async def test_one_command_for_all(tmp_path: Path) -> None:
    """Tasks that need the token at once start one command, and its token is kept."""
    log = tmp_path / "log"
    code = f"print('x', file=open({str(log)!r}, 'a')); print({TOKEN!r})"
    source = CommandToken(python(code))
    tokens = await asyncio.gather(*(source() for _ in range(10)))

    assert {TOKEN} == {*tokens, await source()}
    assert "x\n" == log.read_text()


PRINT: Final = f"print({TOKEN!r}, flush=True)"
BAD_COMMANDS: Final = {
    "fails": ("failed with exit code 3", f"{PRINT}; raise SystemExit(3)"),
    "prints-to-stderr": (
        "failed with exit code 1",
        f"import sys; print({TOKEN!r}, file=sys.stderr); sys.exit(1)",
    ),
    "is-killed": ("failed with exit code -9", "import os; os.kill(os.getpid(), 9)"),
    "prints-nothing": ("printed nothing", ""),
    "prints-blanks": ("printed nothing", "print(' ')"),
    "prints-two-lines": ("printed several lines", f"{PRINT}; {PRINT}"),
    "prints-a-lot": ("printed several lines", f"print('{TOKEN}\\n' * 100_000)"),
    "hangs": ("did not finish within 0.2 s", f"{PRINT}; import time; time.sleep(60)"),
}


@pytest.mark.parametrize(
    ("expected", "code"), BAD_COMMANDS.values(), ids=list(BAD_COMMANDS)
)
async def test_commands_without_a_token(expected: str, code: str) -> None:
    """A command without a token is an error that names the program, and no more."""
    is_slow = "sleep" in code
    source = CommandToken(python(code), timeout=0.2 if is_slow else GRACE)

    with pytest.raises(TokenError, match=expected) as caught:
        await source()
    texts = [text.replace(code, "") for text in texts_of_error(caught.value)]
    assert f"the token command {sys.executable} {expected}" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert [] == [text for text in texts if TOKEN in text]


@pytest.mark.parametrize(
    ("expected", "program"),
    [
        ("was not found", "no-such-program"),
        ("cannot be started: Permission denied", os.devnull),
        ("cannot be started: invalid argument", "a\0b"),
    ],
)
async def test_commands_that_cannot_be_started(expected: str, program: str) -> None:
    """A command that cannot be started is an error that has the reason."""
    with pytest.raises(TokenError, match=expected) as caught:
        await CommandToken([program, TOKEN])()
    assert TOKEN not in str(caught.value)


async def test_output_that_is_no_text() -> None:
    """Bytes that are not UTF-8 do not fail to decode; the client refuses them."""
    code = "import sys; sys.stdout.buffer.write(b'a\\xff')"

    assert "a\ufffd" == await CommandToken(python(code))()


# A command and a process that it starts, both connected to the test until they end.
OBSERVED: Final = """
import os, socket, subprocess, sys, time
connection = socket.create_connection(("127.0.0.1", {port}))
connection.set_inheritable(True)
sleep = "import time; time.sleep(60)"
subprocess.Popen([sys.executable, "-ISc", sleep], close_fds=False)
connection.sendall(str(os.getpid()).encode())
time.sleep(60)
"""


async def test_a_cancelled_command_is_killed() -> None:
    """When the last task is cancelled, the command and its children are gone."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        code = OBSERVED.format(port=server.getsockname()[1])
        task = asyncio.ensure_future(CommandToken(python(code), timeout=GRACE)())
        async with asyncio.timeout(GRACE):
            connection, _ = await loop.sock_accept(server)
            pid = int(await loop.sock_recv(connection, 100))
            task.cancel()
            await asyncio.wait([task])

            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
            assert task.cancelled()
            assert b"" == await loop.sock_recv(connection, 1)
        connection.close()


# A command that starts a process in a session of its own, which holds the output open
# until the test closes its connection.
LEFT_BEHIND: Final = """
import socket, subprocess, sys, time
connection = socket.create_connection(("127.0.0.1", {port}))
connection.set_inheritable(True)
hold = f"import socket as s; c = s.socket(fileno={{connection.fileno()}})"
hold += "; c.send(b'x'); c.recv(1)"
subprocess.Popen(
    [sys.executable, "-ISc", hold], close_fds=False, start_new_session=True
)
time.sleep({seconds})
"""


@pytest.mark.parametrize("seconds", [0, 60])
async def test_output_that_stays_open(seconds: int) -> None:
    """Whoever holds the output open after the command is gone is not waited for."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        code = LEFT_BEHIND.format(port=server.getsockname()[1], seconds=seconds)
        task = asyncio.ensure_future(CommandToken(python(code), timeout=GRACE)())
        async with asyncio.timeout(GRACE / 2):
            connection, _ = await loop.sock_accept(server)
            with connection:
                await loop.sock_recv(connection, 1)
                task.cancel()
                await asyncio.wait([task])

                assert task.cancelled()
                # It is still there.
                with pytest.raises(BlockingIOError):
                    connection.recv(1)


@pytest.mark.parametrize("has_groups", [True, False])
async def test_a_slow_command_leaves_no_zombie(
    has_groups: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that was killed for its time is reaped, on any platform."""
    monkeypatch.setattr(token_command, "_HAS_GROUPS", has_groups)
    source = CommandToken(python("import time; time.sleep(60)"), timeout=0.1)

    with pytest.raises(TokenError, match="did not finish within"):
        await source()
    with suppress(ChildProcessError):
        exited = os.WEXITED | os.WNOHANG | os.WNOWAIT
        assert os.waitid(os.P_ALL, 0, exited) is None  # noqa: ASYNC222  (does not wait)


def test_a_command_does_not_outlive_its_loop() -> None:
    """A command that still runs when the event loop ends is killed."""

    async def leave_behind() -> None:
        source = CommandToken(python("import time; time.sleep(60)"), timeout=GRACE)
        tasks.append(asyncio.ensure_future(source()))
        await asyncio.sleep(0.1)

    tasks: list[asyncio.Task[str]] = []
    with asyncio.Runner() as runner:
        runner.run(leave_behind())
    # A process that was not waited for would warn now.
    gc.collect()

    assert [True] == [task.cancelled() for task in tasks]
