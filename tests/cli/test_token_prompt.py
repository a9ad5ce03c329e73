"""A token that is entered on a terminal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

from gradient_async.accounts import read_accounts_file

ADD = ["accounts", "add", "acme", "--insecure-token"]
COMMAND = [sys.executable, "-m", "gradient_async.cli", *ADD]
TOKEN = "dop_v1_0123456789abcdef"


def converse(reply: bytes) -> tuple[int, bytes]:
    """Run the command on a terminal and reply; return its exit code and the screen."""
    main, end = pty.openpty()
    # A session of its own, so that the terminal is not that of the tests.
    with subprocess.Popen(
        COMMAND,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    ) as process:
        screen = b""
        while b"acme: " not in screen:
            screen += os.read(main, 1024)
        # The prompt is shown after the echo was turned off.
        assert not termios.tcgetattr(end)[3] & termios.ECHO
        if reply == b"\x03":
            process.send_signal(signal.SIGINT)
        else:
            os.write(main, reply)
        code = process.wait()
        os.write(end, b"<end>")
        while b"<end>" not in screen:
            screen += os.read(main, 1024)
    os.close(main)
    os.close(end)
    return code, screen


def test_a_token_is_entered_unseen(tmp_path: Path) -> None:
    """The terminal asks for the token, and does not show it."""
    code, screen = converse(f"{TOKEN}\n".encode())
    path = tmp_path / "config" / "gradient-async" / "accounts.toml"

    assert 0 == code
    assert TOKEN.encode() not in screen
    assert TOKEN == read_accounts_file(path)["acme"].token


def test_ctrl_c_ends_the_prompt(tmp_path: Path) -> None:
    """Ctrl-C exits with 130, shows no traceback, and writes nothing."""
    code, screen = converse(b"\x03")

    assert 130 == code
    assert b"Traceback" not in screen
    assert not (tmp_path / "config").exists()
