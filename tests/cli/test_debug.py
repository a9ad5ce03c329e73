"""`--debug` shows the trace of an error, and no secret."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.cli.application import run
from gradient_async.cli.commands import jobs
from gradient_async.cli.trace import render_trace
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import TOKEN_VARIABLES

# Unlike the platform's, so that nothing recognises them by their form.
TOKEN: Final = "TOPSECRET0123456789abcdef"
SIGNATURE: Final = "SIGNED0123456789"
PASSWORD: Final = "hunter2hunter2"
SECRETS: Final = (TOKEN, SIGNATURE, PASSWORD, "X-Amz-Signature")

LIST: Final = ["jobs", "list"]
# What differs from one run to the next.
VARYING: Final = re.compile(r"[0-9.]+ s\b|request id \S+|/uploads/\S+")

Prepare = Callable[[Emulator, pytest.MonkeyPatch, Path], list[str]]
"""Prepare a failure, and return the arguments of the command that fails."""


def wrong_token(_: Emulator, patch: pytest.MonkeyPatch, __: Path) -> list[str]:
    """Set a token that is refused."""
    patch.setenv(TOKEN_VARIABLES[0], TOKEN)
    return LIST


def wrong_tokens(api: Emulator, patch: pytest.MonkeyPatch, __: Path) -> list[str]:
    """Set several tokens, one of which is refused."""
    patch.setenv(f"{TOKEN_VARIABLES[0]}_OLD", TOKEN)
    return [*LIST, "--all", "--limit", "1"]


def unreachable(_: Emulator, patch: pytest.MonkeyPatch, __: Path) -> list[str]:
    """Name a proxy on whose port nothing listens, with a password."""
    patch.setenv(TOKEN_VARIABLES[0], TOKEN)
    return [*LIST, "--proxy", f"http://me:{PASSWORD}@127.0.0.1:1"]


def write_account(folder: Path, line: str) -> list[str]:
    """Write a file with an account, and return the command that uses it."""
    path = folder / "accounts.toml"
    path.write_text(f"[accounts.acme]\n{line}\n")
    path.chmod(0o600)
    return [*LIST, "--accounts-file", str(path)]


def token_command(code: str, folder: Path) -> list[str]:
    """Get the token from a Python program."""
    script = folder / "token.py"
    script.write_text(code)
    return write_account(folder, f"token_command = ['{sys.executable}', '{script}']")


def failing_command(_: Emulator, __: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """Use a token command with a bug, which raises with the token in its message."""
    return token_command(f"raise ValueError({TOKEN!r})", folder)


def odd_command(_: Emulator, __: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """Use a token command that prints more than a token."""
    return token_command(f"print('token: {TOKEN}')", folder)


def odd_file(_: Emulator, __: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """Use a token file with two lines."""
    path = folder / "token"
    path.write_text(f"{TOKEN}\n{TOKEN}")
    path.chmod(0o600)
    return write_account(folder, f"token_file = '{path}'")


def invalid_file(_: Emulator, __: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """Use a file of accounts with a token that is not quoted."""
    return write_account(folder, f"token = {TOKEN}")


def upload(api: Emulator, _: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """Upload a file that the object store does not take."""
    api.fail(Fault(status=403, path="/uploads/*", times=None))
    path = folder / "faq.txt"
    path.write_text("What is it?")
    return ["sources", "upload", str(path)]


def bug(_: Emulator, patch: pytest.MonkeyPatch, __: Path) -> list[str]:
    """Let a command raise something unexpected, with every secret in its text."""
    url = f"https://me:{PASSWORD}@example.com/a?X-Amz-Signature={SIGNATURE}"

    def fail(_: object) -> None:
        raise LookupError(f"{TOKEN} {url}")

    patch.setenv(TOKEN_VARIABLES[0], TOKEN)
    patch.setattr(jobs, "read_rows", fail)
    return LIST


FAILURES: Final = [
    (3, "AuthenticationError", wrong_token),
    (6, "AccountsError", wrong_tokens),
    (1, "ConnectError", unreachable),
    (1, "TokenError", failing_command),
    (2, "ConfigurationError", odd_command),
    (1, "TokenError", odd_file),
    (2, "ConfigurationError", invalid_file),
    (1, "UploadError", upload),
    (1, "LookupError: *** https://***@example.com/a?***", bug),
]


@pytest.mark.parametrize(("code", "error", "prepare"), FAILURES)
def test_a_trace_has_no_secrets(
    server: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    code: int,
    error: str,
    prepare: Prepare,
) -> None:
    """The trace is above the error's lines, which are the same without `--debug`."""
    arguments = prepare(server, monkeypatch, tmp_path)
    assert code == run(arguments)
    plain = capsys.readouterr()
    assert code == run([*arguments, "--debug"])
    captured = capsys.readouterr()
    trace = captured.err.rpartition("\nerror: ")[0]

    assert error in trace
    assert "_launch" in trace
    assert [] == [it for it in SECRETS if it in captured.err + plain.err]
    assert VARYING.sub("", captured.err).endswith(VARYING.sub("", plain.err))
    assert all(line.startswith("error: ") for line in plain.err.splitlines())
    assert plain.out == captured.out


def test_an_unexpected_error_is_one_line(
    server: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bug is no traceback either; its text may have secrets, and is left out."""
    run(bug(server, monkeypatch, tmp_path))
    expected = "error: unexpected LookupError: this is a bug, please report it"

    assert f"{expected}, with what --debug shows\n" == capsys.readouterr().err


@given(st.text(min_size=8, alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_secrets_of_the_environment_are_in_no_trace(secret: str) -> None:
    """Whatever a secret consists of, it is replaced, and so are control characters."""
    environ = {"ACME_TOKEN": secret, "HOME": "trace"}
    lines = render_trace(ValueError(f"<<{secret}>>\x1b[2J"), environ)

    assert "ValueError: <<***>> [2J" == lines[-1]
    assert all(line.isprintable() for line in lines)
