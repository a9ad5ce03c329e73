"""Token sources that read variables and files."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from gradient_async import Client
from gradient_async.accounts import CommandToken, EnvironmentToken, FileToken
from gradient_async.accounts import private_file as private_file_module
from gradient_async.emulator import Emulator
from gradient_async.errors import ConfigurationError, TokenError
from tests.support.secrets import texts_of_error

TOKEN: Final = "hunter2"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a token file that only its owner can access."""
    path = tmp_path / "acme token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("expected", "value"),
    [("VARIABLE is not set", None), ("is empty", ""), ("is empty", " \n")],
)
async def test_variables_without_a_token(
    expected: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable without a token is an error that names it."""
    if value is not None:
        monkeypatch.setenv("VARIABLE", value)

    with pytest.raises(TokenError, match=expected) as caught:
        await EnvironmentToken("VARIABLE")()
    assert "the environment variable VARIABLE" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [TOKEN, f"{TOKEN}\n", f" {TOKEN}\r\n\r\n", f"\n{TOKEN}\n", f"\ufeff{TOKEN}"],
)
async def test_files(content: str, file: Path) -> None:
    """The token is the file's only line; whitespace and blank lines do not matter."""
    file.write_text(content, "utf-8", newline="")

    assert TOKEN == await FileToken(file)()


async def test_files_are_read_again_after_a_while(file: Path) -> None:
    """A file's token is kept for 60 seconds by default."""
    source = FileToken(str(file))
    await source()
    file.write_text("rotated")

    await asyncio.sleep(59)
    assert TOKEN == await source()
    await asyncio.sleep(1)
    assert "rotated" == await source()


@pytest.mark.real_time
async def test_files_are_read_in_a_thread(file: Path) -> None:
    """On an ordinary event loop, reading happens in a thread."""
    assert TOKEN == await FileToken(file)()


async def test_a_client_reports_its_source(file: Path, api: Emulator) -> None:
    """The error of a call has its place, and the source."""
    file.write_text("")

    async with Client(FileToken(file), base_url=api.url) as client:
        with pytest.raises(TokenError, match=r"acme token is empty \(GET /v2"):
            await client.regions.list()
    assert [] == api.requests


def remove(file: Path) -> None:
    """Remove the file."""
    file.unlink()


def make_folder(file: Path) -> None:
    """Replace the file by a folder."""
    file.unlink()
    file.mkdir(mode=0o700)


def write(content: bytes) -> Callable[[Path], object]:
    """Return a function that writes the file."""
    return lambda file: file.write_bytes(content)


def change_mode(mode: int) -> Callable[[Path], object]:
    """Return a function that changes the mode of the file."""
    return lambda file: file.chmod(mode)


BAD_FILES: Final = {
    "missing": ("No such file or directory", remove),
    "folder": ("not a regular file", make_folder),
    "empty": ("is empty", write(b"")),
    "blank": ("is empty", write(b" \n\n")),
    "several-lines": ("has several lines", write(f"{TOKEN}\n{TOKEN}\n".encode())),
    "binary": ("not text in UTF-8", write(TOKEN.encode() + b"\xff")),
    "readable-by-all": ("others can access it", change_mode(0o644)),
    "readable-by-group": ("others can access it", change_mode(0o640)),
    "writable-by-others": ("others can access it", change_mode(0o602)),
}


@pytest.mark.parametrize(("expected", "spoil"), BAD_FILES.values(), ids=list(BAD_FILES))
async def test_files_without_a_token(
    expected: str, spoil: Callable[[Path], object], file: Path
) -> None:
    """A file without a usable token is an error that names it, and shows no token."""
    spoil(file)

    with pytest.raises(TokenError, match=expected) as caught:
        await FileToken(file)()
    assert f"the token file {file}" in str(caught.value)
    assert [] == [text for text in texts_of_error(caught.value) if TOKEN in text]


async def test_unreadable_files(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the operating system's reason."""

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)

    with pytest.raises(
        TokenError, match="acme token cannot be used: Permission denied"
    ):
        await FileToken(file)()


async def test_impossible_paths() -> None:
    """A path that no file can have is an error like that of a missing file."""
    with pytest.raises(TokenError, match="a b cannot be used: invalid path"):
        await FileToken("a\0b")()


async def test_files_of_others_say_what_to_run(file: Path) -> None:
    """The error has the command to run, quoted for the shell."""
    file.chmod(0o644)

    with pytest.raises(TokenError) as caught:
        await FileToken(file)()
    assert f"run chmod 600 '{file}'" in str(caught.value)


async def test_shared_files(file: Path) -> None:
    """A file that is expected to be accessible to others is read."""
    file.chmod(0o444)

    assert TOKEN == await FileToken(file, shared=True)()


async def test_modes_do_not_matter_on_windows(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where modes do not tell who has access, they are not checked."""
    monkeypatch.setattr(private_file_module, "_HAS_MODES", False)
    file.chmod(0o644)

    assert TOKEN == await FileToken(file)()


SOURCES: Final[list[tuple[str, Callable[[], object]]]] = [
    ("EnvironmentToken(variable='ACME')", lambda: EnvironmentToken("ACME")),
    (
        f"FileToken(path={Path('/run/t')!r}, ttl=60.0, shared=False)",
        lambda: FileToken("/run/t"),
    ),
    (
        f"FileToken(path={Path('/run/t')!r}, ttl=5, shared=False)",
        lambda: FileToken(Path("/run/t"), ttl=5),
    ),
    (
        "CommandToken(command=['op', '...'], ttl=300.0, timeout=10.0)",
        lambda: CommandToken(["op", "read", TOKEN]),
    ),
    (
        "CommandToken(command=['op'], ttl=60, timeout=1)",
        lambda: CommandToken(("op",), ttl=60, timeout=1),
    ),
]


@pytest.mark.parametrize(("expected", "create"), SOURCES)
def test_sources_show_where_they_read(
    expected: str, create: Callable[[], object]
) -> None:
    """The repr has the source, but no arguments of a command."""
    assert expected == repr(create())


@pytest.mark.parametrize("create", [create for _, create in SOURCES])
def test_sources_are_compared_by_value(create: Callable[[], object]) -> None:
    """Sources are equal if they read the same in the same way, and can be pickled."""
    source = create()

    assert create() == source
    assert hash(create()) == hash(source)
    assert source == pickle.loads(pickle.dumps(source))
    assert 1 == [other() == source for _, other in SOURCES].count(True)


async def test_a_token_is_not_pickled(file: Path) -> None:
    """A source that has read its token does not take it along."""
    source = FileToken(file)
    await source()

    assert TOKEN.encode() not in pickle.dumps(source)
    assert TOKEN not in repr(source)


@pytest.mark.parametrize(
    ("expected", "create", "argument"),
    [
        ("variable must be a string, got NoneType", EnvironmentToken, None),
        ("variable must not be empty", EnvironmentToken, ""),
        ("path must be a string or a PathLike, got int", FileToken, 5),
        ("path must be a string or a PathLike, got bytes", FileToken, b"/t"),
        ("path must not be empty", FileToken, ""),
        ("ttl must be a positive number", partial(FileToken, ttl=0), "/t"),
        ("command must be a list of strings, got str", CommandToken, "op read"),
        ("command must not be empty", CommandToken, []),
        ("command must not be empty", CommandToken, ["", "read"]),
        ("each part of command must be a string, got int", CommandToken, ["op", 5]),
        ("ttl must be a positive number", partial(CommandToken, ttl=-1), ["op"]),
        ("timeout must be a positive number", partial(CommandToken, timeout=0), ["op"]),
    ],
)
def test_invalid_arguments(
    expected: str, create: Callable[[Any], object], argument: Any
) -> None:
    """An invalid argument is an error at once."""
    with pytest.raises(ConfigurationError, match=expected):
        create(argument)


def test_a_token_instead_of_a_name() -> None:
    """A token where the name of a variable belongs is refused, and not shown."""
    with pytest.raises(ConfigurationError, match="not a token") as caught:
        EnvironmentToken("dop_v1_0123456789abcdef")

    assert "0123" not in str(caught.value)
