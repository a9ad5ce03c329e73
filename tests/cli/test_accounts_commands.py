"""The commands `accounts` and `auth status`."""

from __future__ import annotations

import io
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gradient_async.accounts import read_accounts_file
from gradient_async.cli.application import run
from gradient_async.emulator import Emulator
from gradient_async.settings import BASE_URL_VARIABLE
from gradient_async.testing.background import run_in_background

Capture = pytest.CaptureFixture[str]

VARIABLE = "DIGITALOCEAN_ACCESS_TOKEN"
TOKEN = "dop_v1_0123456789abcdef"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file of accounts is."""
    return tmp_path / "config" / "gradient-async" / "accounts.toml"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Run an emulator with two accounts; the environment has its URL alone."""
    with run_in_background(Emulator(jobs=2, accounts=2)) as running:
        monkeypatch.setenv(BASE_URL_VARIABLE, running.url)
        yield running


def pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Pipe a text to stdin."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--token-env", "ACME"], 'token_env = "ACME"'),
        (["--token-file", "/run/acme"], 'token_file = "/run/acme"'),
        (["--token-file", "~/acme"], f'token_file = "{Path.home()}/acme"'),
        (["--token-file", "acme"], f'token_file = "{Path.cwd()}/acme"'),
        (
            ["--token-command", "op read 'op://work/a b'"],
            'token_command = ["op", "read", "op://work/a b"]',
        ),
        (
            ["--token-env", "A", "--base-url", "https://a.example", "--tag", "x"],
            'token_env = "A"\nbase_url = "https://a.example"\ntags = ["x"]',
        ),
    ],
)
def test_adds_an_account(
    path: Path, options: list[str], expected: str, capsys: Capture
) -> None:
    """The file has where the token is; only its owner can access it."""
    assert 0 == run(["accounts", "add", "acme", *options])
    captured = capsys.readouterr()

    assert f"[accounts.acme]\n{expected}\n" == path.read_text()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert ["acme"] == list(read_accounts_file(path))
    assert f"added acme to {path}; " in captured.err
    assert not captured.out


def test_a_token_in_the_clear(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Only `--insecure-token` writes a token to the file; it is read from stdin."""
    pipe(monkeypatch, f" {TOKEN}\nmore\n")

    assert 0 == run(["accounts", "add", "acme", "--insecure-token"])
    assert TOKEN == read_accounts_file(path)["acme"].token
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0 == run(["accounts", "list", "-o", "json"])
    captured = capsys.readouterr()
    assert "in the clear" in captured.out
    assert TOKEN not in captured.out + captured.err


@pytest.mark.parametrize("text", ["", "\n", None, f"{TOKEN} {TOKEN}\n", "t\u00f6ken\n"])
def test_no_token_on_stdin(
    path: Path, text: str | None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """An empty or invalid token is refused without showing it; nothing is written."""
    if text is None:
        monkeypatch.setattr("sys.stdin", None)
    else:
        pipe(monkeypatch, text)

    assert 2 == run(["accounts", "add", "acme", "--insecure-token"])
    (line,) = capsys.readouterr().err.splitlines()
    assert TOKEN not in line
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["acme"], "say where the token is by one of --token-env, --token-file"),
        (["acme", "--token-env", "A", "--keyring"], "say where the token is by one"),
        (["acme", "--token-env", ""], "variable must not be empty"),
        (["acme", "--token-env", TOKEN], "not a token"),
        ([TOKEN, "--token-env", "A"], "must not be a token"),
        (["acme", "--insecure-token", TOKEN], "Unexpected: ***"),
        (["acme", "--token", TOKEN], "Unknown option"),
        (["acme", f"--token={TOKEN}"], "Unknown option"),
        (["acme", "--token-command", ""], "command must not be empty"),
        (["acme", "--token-command", "op 'read"], "quotation mark that is not closed"),
        (["", "--token-env", "A"], "must be printable, got ''"),
        (["a\x1b[2J", "--token-env", "A"], "must be printable, got 'a [2J'"),
        (["acme", "--token-env", "A", "--base-url", "http://a.example"], "https://"),
        (["acme", "--token-env", "A", "--tag", ""], "tag"),
        ([], "NAME"),
    ],
)
def test_refuses_invalid_accounts(
    path: Path, arguments: list[str], expected: str, capsys: Capture
) -> None:
    """Invalid usage exits with 2 and one line without a token; nothing is written."""
    assert 2 == run(["accounts", "add", *arguments])
    (line,) = capsys.readouterr().err.splitlines()

    assert expected in line
    assert TOKEN not in line
    assert not path.exists()


def test_a_name_is_added_once(path: Path, capsys: Capture) -> None:
    """An account of that name is not replaced, and no token is asked for."""
    assert 0 == run(["accounts", "add", "acme", "--token-env", "A"])
    before = path.read_text()

    assert 2 == run(["accounts", "add", "acme", "--insecure-token"])
    expected = "error: there is an account 'acme' already: remove it first\n"
    assert capsys.readouterr().err.endswith(expected)
    assert before == path.read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[accounts.a]\ntoken_envv = 'A'\n", "token_envv"),
        ("[accounts.a]\ntoken_env = 'A'\n[more]\n", "more"),
        ("[accounts.a\n", "invalid TOML"),
        ("accounts = {a = {token_env = 'A'}}\n", "edit it by hand"),
    ],
)
@pytest.mark.parametrize("command", [["add", "b", "--token-env", "B"], ["remove", "a"]])
def test_keeps_what_it_does_not_understand(
    path: Path, command: list[str], text: str, expected: str, capsys: Capture
) -> None:
    """A file with something unknown in it stays as it is; the error says what."""
    path.parent.mkdir(parents=True)
    path.write_text(text)

    assert 2 == run(["accounts", *command])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {path}: ")
    assert expected in line
    assert text == path.read_text()


def test_keeps_comments(path: Path) -> None:
    """Comments stay, as does all that is not about the account."""
    path.parent.mkdir(parents=True)
    path.write_text("# Mine.\n\n[accounts.a]\ntoken_env = 'A'\n")
    path.chmod(0o644)

    assert 0 == run(["accounts", "add", "b", "--token-env", "B"])
    assert path.read_text().startswith("# Mine.\n\n[accounts.a]\ntoken_env = 'A'\n")
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0 == run(["accounts", "remove", "a"])
    assert "# Mine.\n\n[accounts.b]\n" in path.read_text()
    assert 0 == run(["accounts", "remove", "b"])
    assert "# Mine.\n\n" == path.read_text()


def test_removes_an_account(path: Path, capsys: Capture) -> None:
    """After the last account was removed, there are none; an unknown one exits 4."""
    assert 0 == run(["accounts", "add", "acme", "--token-env", "A"])
    assert 4 == run(["accounts", "remove", "other"])
    assert f"there is no account 'other' in {path}. " in capsys.readouterr().err
    assert 0 == run(["accounts", "remove", "acme"])
    assert f"removed acme from {path}\n" == capsys.readouterr().err

    assert 2 == run(["accounts", "list"])
    expected = f"error: no accounts: set {VARIABLE}, or add one by "
    assert capsys.readouterr().err.startswith(expected)


def test_another_file(tmp_path: Path, path: Path, capsys: Capture) -> None:
    """`--accounts-file` changes and reads another file; then it alone is used."""
    other = tmp_path / "other.toml"
    assert 0 == run(["accounts", "add", "mine", "--token-env", "A"])
    arguments = ["--accounts-file", str(other)]
    assert 0 == run(["accounts", "add", "acme", "--token-env", "A", *arguments])
    capsys.readouterr()

    assert 0 == run(["accounts", "list", "--columns", "name", "-o", "csv", *arguments])
    assert "name\nacme\n" == capsys.readouterr().out
    assert 0 == run(["accounts", "remove", "acme", *arguments])
    assert not other.read_text()
    assert path.exists()


def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: Capture) -> None:
    """An error of the system is one line, and exits with 1."""
    (tmp_path / "file").touch()
    arguments = ["--accounts-file", str(tmp_path / "file" / "accounts.toml")]

    assert 2 == run(["accounts", "add", "acme", "--token-env", "A", *arguments])
    assert "Not a directory" in capsys.readouterr().err
    assert 1 == run(
        ["accounts", "add", "acme", "--token-env", "A", "--accounts-file", "/proc/x/y"]
    )
    assert "error: cannot write /proc/x/y: " in capsys.readouterr().err


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Accounts of the file are beside those of the environment, which wins."""
    for name in ("prod", "acme"):
        assert 0 == run(["accounts", "add", name, "--token-env", "X"])
    monkeypatch.setenv(f"{VARIABLE}_PROD", TOKEN)
    monkeypatch.setenv(f"{VARIABLE}_EMPTY", "")
    capsys.readouterr()

    assert 0 == run(["accounts", "list", "-o", "json"])
    captured = capsys.readouterr()
    found = {it["name"]: it["token"] for it in json.loads(captured.out)}
    assert {"prod": f"variable {VARIABLE}_PROD", "acme": "variable X"} == found
    assert TOKEN not in captured.out


@pytest.mark.parametrize("with_file", [False, True])
def test_lists_the_second_variable(
    with_file: bool, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A token in DIGITALOCEAN_TOKEN is listed as `default`."""
    if with_file:
        assert 0 == run(["accounts", "add", "acme", "--token-env", "X"])
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", TOKEN)
    expected = ["default", "acme"] if with_file else ["default"]

    assert 0 == run(["accounts", "list", "-o", "jsonl", "--columns", "name"])
    lines = capsys.readouterr().out.splitlines()
    assert expected == [json.loads(line)["name"] for line in lines]


def test_lists_those_chosen(capsys: Capture) -> None:
    """`--account` chooses, and an unknown one exits with 4."""
    for name in ("a", "b", "c"):
        assert 0 == run(["accounts", "add", name, "--token-env", "X"])
    capsys.readouterr()

    assert 0 == run(["accounts", "list", "-a", "c", "-a", "a", "-o", "csv"])
    _, *rows = capsys.readouterr().out.splitlines()
    assert ["c", "a"] == [row.partition(",")[0] for row in rows]
    assert 4 == run(["accounts", "list", "-a", "d"])
    expected = "error: no account named 'd'; there are: a, b, c. See "
    assert capsys.readouterr().err.startswith(expected)


def test_other_commands_use_the_file(
    server: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Accounts of the file are used by each command, without any variable."""
    monkeypatch.setenv("ACME", server.token)
    assert 0 == run(["accounts", "add", "acme", "--token-env", "ACME"])
    capsys.readouterr()

    assert 0 == run(["jobs", "list", "-o", "jsonl"])
    lines = capsys.readouterr().out.splitlines()
    assert {"acme"} == {json.loads(line)["account"] for line in lines}


@pytest.fixture
def three(
    server: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Emulator:
    """Add accounts of which one works, one is refused, one has no token."""
    (tmp_path / "token").touch(mode=0o600)
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv("GOOD", server.token)
    for name, option, value in (
        ("good", "--token-env", "GOOD"),
        ("refused", "--token-file", str(tmp_path / "token")),
        ("missing", "--token-command", "no-such-program --secret"),
    ):
        assert 0 == run(["accounts", "add", name, option, value])
    return server


@pytest.mark.parametrize("command", [["accounts", "check"], ["auth", "status"]])
def test_checks_accounts(three: Emulator, command: list[str], capsys: Capture) -> None:
    """Each account has the outcome of one call; failures exit with 6."""
    capsys.readouterr()

    assert 6 == run([*command, "-o", "jsonl"])
    captured = capsys.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    assert [True, False, False] == [row["ok"] for row in rows]
    assert [4999, None, None] == [row["remaining"] for row in rows]
    assert not rows[0]["reason"]
    assert rows[1]["reason"].startswith("Unable to authenticate you")
    assert "the token command no-such-program was not found" == rows[2]["reason"]
    assert 2 == len(three.requests)
    refused, missing = captured.err.splitlines()
    assert "Create a token at https://cloud.digitalocean.com" in refused
    assert "accounts check" not in refused
    assert "gradient-async accounts list" in missing
    for secret in (TOKEN, three.token, "--secret"):
        assert secret not in captured.out + captured.err


def test_checks_one(three: Emulator, capsys: Capture) -> None:
    """One account that works exits with 0, one that does not with its own code."""
    capsys.readouterr()

    assert 0 == run(["accounts", "check", "-a", "good"])
    _, row = capsys.readouterr().out.splitlines()
    assert ["good", "yes", "4,999"] == row.split()[:3]
    assert 3 == run(["accounts", "check", "-a", "refused"])


def test_status_of_the_only_token(
    server: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """The token that commands use is shown by where it comes from, and if it works."""
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", server.token)

    assert 0 == run(["auth", "status"])
    captured = capsys.readouterr()
    facts = dict(line.split("  ", 1) for line in captured.out.splitlines())
    facts = {name: value.strip() for name, value in facts.items()}
    assert "variable DIGITALOCEAN_TOKEN" == facts["token"]
    assert ("yes", "4,999 in this hour") == (facts["works"], facts["requests left"])
    assert server.url == facts["API"]
    assert server.token not in captured.out + captured.err


def test_status_of_a_refused_token(
    server: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A token that is refused exits with 3, and is not shown."""
    monkeypatch.setenv(VARIABLE, TOKEN)

    assert 3 == run(["auth", "status"])
    captured = capsys.readouterr()
    assert "works          no\n" in captured.out
    assert "requests left" not in captured.out
    assert captured.err.startswith("error: 401 unauthorized: ")
    assert TOKEN not in captured.out + captured.err


KEYRING = '''\
"""A stand-in for the package `keyring`, which needs a desktop: it keeps a folder."""
import os, pathlib, types
FOLDER = pathlib.Path(os.environ["KEYRING_FOLDER"])
class KeyringError(Exception): pass
errors = types.SimpleNamespace(KeyringError=KeyringError)
def set_password(service, name, password):
    if not FOLDER.is_dir():
        raise KeyringError("it is\\nlocked")
    (FOLDER / f"{service}-{name}").write_text(password)
def delete_password(service, name):
    try:
        (FOLDER / f"{service}-{name}").unlink()
    except OSError:
        raise KeyringError("not found")
'''
MAIN = """\
import sys, keyring
action, service, name = sys.argv[1:]
assert action == "get"
print((keyring.FOLDER / f"{service}-{name}").read_text())
"""


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a stand-in for the package `keyring`; return where it keeps tokens."""
    package = tmp_path / "packages" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(KEYRING)
    (package / "__main__.py").write_text(MAIN)
    folder = tmp_path / "ring"
    folder.mkdir()
    monkeypatch.setenv("KEYRING_FOLDER", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
    return folder


def test_the_system_keyring(
    server: Emulator,
    keyring: Path,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    """A token goes to the keyring, is read from there, and removed with the account."""
    pipe(monkeypatch, server.token)

    assert 0 == run(["accounts", "add", "acme", "--keyring"])
    assert server.token not in path.read_text()
    assert [server.token] == [it.read_text() for it in keyring.iterdir()]
    assert 0 == run(["auth", "status"])
    assert "token          system keyring\n" in capsys.readouterr().out
    assert 0 == run(["accounts", "remove", "acme"])
    assert not list(keyring.iterdir())


def test_a_locked_keyring(
    keyring: Path, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A keyring that refuses is an error of one line; nothing is written."""
    keyring.rmdir()
    pipe(monkeypatch, TOKEN)

    assert 2 == run(["accounts", "add", "acme", "--keyring"])
    expected = "error: the system keyring cannot be used: KeyringError: it is locked\n"
    assert expected == capsys.readouterr().err
    assert not path.exists()


def test_a_token_that_is_gone_from_the_keyring(
    keyring: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """The account is removed even if its token cannot be."""
    for name in ("a", "b"):
        pipe(monkeypatch, TOKEN)
        assert 0 == run(["accounts", "add", name, "--keyring"])
    for file in keyring.iterdir():
        file.unlink()
    capsys.readouterr()

    note = "its token could not be deleted from the system keyring\n"
    assert 0 == run(["accounts", "remove", "a"])
    assert capsys.readouterr().err.endswith(note)
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert 0 == run(["accounts", "remove", "b"])
    assert capsys.readouterr().err.endswith(note)


def test_a_token_is_not_left_in_the_keyring(
    keyring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the file cannot be written, the token is deleted from the keyring."""
    pipe(monkeypatch, TOKEN)

    arguments = ["--keyring", "--accounts-file", "/proc/x/y"]
    assert 1 == run(["accounts", "add", "acme", *arguments])
    assert not list(keyring.iterdir())


def test_without_the_package(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Without the extra, the error says how to install it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    pipe(monkeypatch, TOKEN)

    assert 2 == run(["accounts", "add", "acme", "--keyring"])
    assert "pip install 'gradient-async[keyring]'" in capsys.readouterr().err


def test_a_token_in_use_stays_in_the_keyring(
    keyring: Path, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """An account that another process adds meanwhile keeps a token."""

    def read_slowly() -> str:
        """Return a token, before which somebody else adds the same account."""
        pipe(monkeypatch, TOKEN)
        assert 0 == run(["accounts", "add", "acme", "--keyring"])
        return TOKEN

    stdin = SimpleNamespace(isatty=lambda: False, readline=read_slowly)
    monkeypatch.setattr("sys.stdin", stdin)

    assert 2 == run(["accounts", "add", "acme", "--keyring"])
    assert "there is an account 'acme' already" in capsys.readouterr().err
    assert [TOKEN] == [it.read_text() for it in keyring.iterdir()]
    assert ["acme"] == [*read_accounts_file(path)]
