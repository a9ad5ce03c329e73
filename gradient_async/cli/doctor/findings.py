"""What `gradient-async doctor` finds out without a network; pure but for settings."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final
from urllib.parse import SplitResult, urlsplit

import attrs
from rich.console import Console

from gradient_async.cli.proxy import find_proxy
from gradient_async.errors import ConfigurationError
from gradient_async.settings import (
    BASE_URL_VARIABLE,
    check_proxy,
    find_base_url,
    hide_proxy,
)

_PACKAGES: Final = (
    *("gradient-async", "aiohttp", "attrs", "cattrs", "msgspec", "tenacity"),
    *("cyclopts", "rich"),
)
_EXTRAS: Final = {
    "keyring": "keyring",
    "parquet": "pyarrow",
    "redis": "redis",
    "yaml": "pyyaml",
}


@attrs.frozen
class Finding:
    """What was checked, and what came out."""

    name: str
    """What was checked."""
    text: str
    """What was found; for a problem, what to do about it, too."""
    is_ok: bool = True
    """Whether it is no problem."""


def check_installation() -> Iterator[Finding]:
    """Check Python and the packages."""
    python = f"{platform.python_version()}, {platform.platform()}, {sys.executable}"
    yield Finding("python", python)
    yield Finding("packages", ", ".join(_describe_package(it) for it in _PACKAGES))
    missing = [extra for extra, it in _EXTRAS.items() if _find_version(it) is None]
    yield Finding("extras", f"not installed: {', '.join(missing) or 'none'}")


def _describe_package(name: str) -> str:
    return f"{name} {_find_version(name) or '(unknown version)'}"


def _find_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@attrs.frozen
class Route:
    """Where requests go, and through what."""

    url: SplitResult
    """The URL of the API."""
    proxy: SplitResult | None
    """The URL of the proxy, which may have a password; None without one."""


def check_settings(given_proxy: str | None) -> tuple[list[Finding], Route | None]:
    """Check the URLs of the API and of the proxy; the route is None if one is wrong."""
    try:
        url = urlsplit(find_base_url(None))
    except ConfigurationError as error:
        text = f"{error.message}. Correct {BASE_URL_VARIABLE}, or unset it"
        return [Finding("url", text, is_ok=False)], None
    is_set = os.environ.get(BASE_URL_VARIABLE, "").strip()
    origin = f"from {BASE_URL_VARIABLE}" if is_set else "the default"
    found = [Finding("url", f"{url.geturl()}, {origin}")]
    try:
        proxy = find_proxy(given_proxy)
        check_proxy(hide_proxy(proxy))
    except ConfigurationError as error:
        return [*found, Finding("proxy", error.message, is_ok=False)], None
    parts = None if proxy is None else urlsplit(proxy)
    return [*found, Finding("proxy", describe_proxy(parts))], Route(url, parts)


def describe_proxy(proxy: SplitResult | None) -> str:
    """Return a proxy without its user and password."""
    if proxy is None:
        return "none"
    return f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}"


def check_terminal(console: Console) -> Finding:
    """Describe the terminal."""
    encoding = console.encoding
    if not console.is_terminal:
        return Finding("terminal", f"none: output is plain, in {encoding}")
    size = f"{console.width} x {console.height}"
    colours = console.color_system or "none"
    term = os.environ.get("TERM", "not set")
    text = f"{size}, {encoding}, TERM {term}, colours: {colours}"
    return Finding("terminal", text)
