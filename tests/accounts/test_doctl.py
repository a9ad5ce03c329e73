"""Accounts from doctl's configuration."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest

from gradient_async.accounts import Account, read_doctl_config
from gradient_async.accounts.doctl import list_paths
from gradient_async.errors import ConfigurationError
from tests.support.secrets import texts_of_error

TOKEN: Final = "hunter2"

# As doctl writes it, with other settings left out.
CONFIG: Final = f"""\
access-token: {TOKEN}
api-url: ""
auth-contexts:
  acme: {TOKEN}-acme
  empty: ""
  "null":
context: acme
droplet:
  create:
    size: ""
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a configuration that only its owner can access."""
    path = tmp_path / "config.yaml"
    path.touch(mode=0o600)
    path.write_text(CONFIG)
    return path


def test_a_configuration(file: Path) -> None:
    """Each context with a token is an account; the one without a name is `default`."""
    expected = {"default": Account(TOKEN), "acme": Account(f"{TOKEN}-acme")}

    assert expected == read_doctl_config(file)
    assert expected == read_doctl_config(str(file))


@pytest.mark.parametrize(
    ("expected", "content"),
    [
        ({"default": "a"}, "access-token: a"),
        ({"acme": "a"}, "auth-contexts: {acme: a}"),
        ({"acme": "a"}, "access-token: ''\nauth-contexts: {acme: a, default: 'true'}"),
        ({"default": "a"}, "access-token: a\nauth-contexts: {default: b}"),
        # Not numbers or times, which would read differently.
        ({"default": "0123456789"}, "access-token: 0123456789"),
        ({"acme": "2024-01-01"}, "auth-contexts: {acme: 2024-01-01}"),
    ],
)
def test_contexts(expected: dict[str, str], content: str, file: Path) -> None:
    """Tokens are read as doctl reads them."""
    file.write_text(content)

    accounts = read_doctl_config(file)
    assert expected == {name: account.token for name, account in accounts.items()}


@pytest.mark.parametrize(
    ("expected", "platform", "environ"),
    [
        (
            [
                "/h/.config/doctl/config.yaml",
                "/h/snap/doctl/current/.config/doctl/config.yaml",
            ],
            "linux",
            {},
        ),
        (
            ["/x/doctl/config.yaml", "/h/snap/doctl/current/.config/doctl/config.yaml"],
            "linux",
            {"XDG_CONFIG_HOME": "/x"},
        ),
        (["/h/Library/Application Support/doctl/config.yaml"], "darwin", {}),
        (["/a/doctl/config.yaml"], "win32", {"APPDATA": "/a"}),
        (["/h/AppData/Roaming/doctl/config.yaml"], "win32", {}),
    ],
)
def test_paths(expected: list[str], platform: str, environ: dict[str, str]) -> None:
    """Each platform has its own place for doctl's configuration."""
    paths = list_paths(platform, environ, Path("/h"))

    assert [Path(path) for path in expected] == list(paths)


@pytest.mark.parametrize("place", [".config", "snap/doctl/current/.config"])
def test_the_default_path(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a path, the first file that exists is read."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    path = tmp_path / place / "doctl" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.touch(mode=0o600)
    path.write_text(CONFIG)

    assert {"default", "acme"} == set(read_doctl_config())


def test_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file exists, the error names the usual one."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    with pytest.raises(ConfigurationError, match=r"doctl/config\.yaml: No such"):
        read_doctl_config()


BAD_FILES: Final = {
    "it has no tokens; run doctl auth init": "context: default",
    "it has no tokens": "access-token: ''\nauth-contexts: {}",
    "the file must be a mapping": "",
    "file must be a mapping": f"- {TOKEN}",
    "auth-contexts must be a mapping": f"auth-contexts: [{TOKEN}]",
    "auth-contexts must be": f"auth-contexts: {TOKEN}",
    "context 'acme': its token must be a string, got list": (
        f"auth-contexts: {{acme: [{TOKEN}]}}"
    ),
    "context 'default': its token must be a string, got dict": (
        f"access-token: {{a: {TOKEN}}}"
    ),
    "context 'a b': the token contains": f'auth-contexts: {{"a\\tb": {TOKEN} x}}',
    "invalid YAML at line 2": f"access-token: {TOKEN}\na: [{TOKEN}",
    "invalid YAML at line 1": f"a: b: {TOKEN}",
    "invalid YAML": f"a: {TOKEN}\x00",
    "config.yaml: invalid YAML": f"{TOKEN}: {'[' * 1000}",
}


@pytest.mark.parametrize(("expected", "content"), BAD_FILES.items(), ids=BAD_FILES)
def test_invalid_configurations(expected: str, content: str, file: Path) -> None:
    """An error names the file and the context, and quotes nothing."""
    file.write_text(content)

    assert_refused(file, expected)


def assert_refused(file: Path, expected: str) -> None:
    """Assert that the error names the file and shows no secret, in no frame."""
    with pytest.raises(ConfigurationError) as caught:
        read_doctl_config(file)
    assert f"{file}: " in str(caught.value)
    assert expected in str(caught.value)
    assert [] == [text for text in texts_of_error(caught.value) if TOKEN in text]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_tokens_that_others_can_read(mode: int, file: Path) -> None:
    """A file that others can access is refused, with what to run."""
    file.chmod(mode)

    assert_refused(file, f"others can access it and its tokens; run chmod 600 {file}")


def test_without_pyyaml(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyYAML, the error has the command that installs it."""
    monkeypatch.setitem(sys.modules, "yaml", None)

    assert_refused(file, "pip install 'gradient-async[yaml]'")
