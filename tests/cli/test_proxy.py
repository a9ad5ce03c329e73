"""The proxy that the command uses."""

from __future__ import annotations

import socketserver
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread

import pytest

from gradient_async import ConfigurationError
from gradient_async.cli.proxy import find_proxy

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

PASSWORD = "hunter2-and-more"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own proxies from the environment, in either case."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


HTTPS = "http://proxy.example:3128"
OTHER = "http://other.example:3128"


@pytest.mark.parametrize(
    ("expected", "variables"),
    [
        (None, {}),
        (HTTPS, {"HTTPS_PROXY": HTTPS}),
        (HTTPS, {"https_proxy": HTTPS}),
        (HTTPS, {"HTTPS_PROXY": "proxy.example:3128"}),
        (HTTPS, {"HTTPS_PROXY": HTTPS, "ALL_PROXY": OTHER}),
        (OTHER, {"ALL_PROXY": OTHER}),
        (OTHER, {"all_proxy": OTHER, "HTTPS_PROXY": ""}),
        (None, {"HTTP_PROXY": OTHER}),
        (None, {"HTTPS_PROXY": HTTPS, "NO_PROXY": "api.digitalocean.com"}),
        (None, {"HTTPS_PROXY": HTTPS, "no_proxy": ".digitalocean.com,localhost"}),
        (None, {"HTTPS_PROXY": HTTPS, "NO_PROXY": "*"}),
        (HTTPS, {"HTTPS_PROXY": HTTPS, "NO_PROXY": "other.example"}),
        (None, {"ALL_PROXY": HTTPS, "DIGITALOCEAN_API_URL": "http://127.0.0.1:80"}),
    ],
)
def test_the_usual_variables(
    expected: str | None, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables mean what they mean to other programs."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert expected == find_proxy(None)


def test_the_option_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is given replaces those of the environment."""
    monkeypatch.setenv("HTTPS_PROXY", HTTPS)
    monkeypatch.setenv("NO_PROXY", "*")

    assert OTHER == find_proxy(OTHER)


def test_invalid_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that cannot be used is named without its password."""
    monkeypatch.setenv("ALL_PROXY", f"socks5://user:{PASSWORD}@proxy.example")
    with pytest.raises(
        ConfigurationError, match="the environment's proxy must look like http"
    ) as caught:
        find_proxy(None)

    assert PASSWORD not in str(caught.value)


class _Refusal(socketserver.StreamRequestHandler):
    """Requires a user and a password."""

    def handle(self) -> None:
        """Respond to the request for a tunnel."""
        while self.rfile.readline().strip():
            pass
        self.wfile.write(
            b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        )


@pytest.fixture
def proxy() -> Iterator[str]:
    """Start a proxy that refuses everything, and return its URL, with a password."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Refusal) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        host, port = server.server_address[:2]
        yield f"http://user:{PASSWORD}@{host!s}:{port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("command", [["jobs", "list"], ["jobs", "list", "--all"]])
@pytest.mark.parametrize("by_option", [True, False])
def test_the_command_uses_it(
    command: list[str], by_option: bool, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command goes through the proxy; its refusal is final and has no password."""
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_0123456789")
    arguments = [*command, "--proxy", proxy] if by_option else command
    if not by_option:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    done = subprocess.run(
        [sys.executable, "-m", "gradient_async.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == done.returncode
    assert "407: Proxy Authentication Required" in done.stderr
    assert "1 attempt," in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
