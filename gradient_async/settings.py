"""Where the token and the base URL come from, and what is wrong with them."""

from __future__ import annotations

import os
import re
from typing import Final
from urllib.parse import SplitResult, unquote

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError
from gradient_async.transport.credentials import Credentials, Token
from gradient_async.transport.urls import is_private, split_url

# All that scheme, host, port and path need; no user, no query, no fragment.
_ODD: Final = re.compile(r"[^A-Za-z0-9._~:/\[\]%-]")

BASE_URL: Final = "https://api.digitalocean.com"
"""The API's production server, as its OpenAPI description names it."""

TOKEN_VARIABLES: Final = ("DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN")
"""Environment variables that may hold the token; the first one set wins."""

BASE_URL_VARIABLE: Final = "DIGITALOCEAN_API_URL"
"""Environment variable that may hold the base URL."""


def find_credentials(token: Token | None) -> Credentials:
    """Take the token given, or the environment's; what it is worth is not checked."""
    return Credentials(_token_of_environment() if token is None else token)


def _token_of_environment() -> str:
    values = (os.environ.get(name, "") for name in TOKEN_VARIABLES)
    return next((value for value in values if value.strip()), "")


def find_base_url(base_url: str | None) -> str:
    """
    Take the base URL given, the environment's, or the production server's.

    Raises:
        ConfigurationError: The token would leave this machine unencrypted, or the
            URL holds what a base URL must not.
    """
    if base_url is None:
        base_url = os.environ.get(BASE_URL_VARIABLE, "").strip() or BASE_URL
    check_instance("base_url", base_url, str)
    problem = _problem(base_url)
    if problem:
        msg = f"the base URL {problem}"
        raise ConfigurationError(msg)
    return base_url.rstrip("/")


def check_proxy(proxy: str | None) -> None:
    """
    Refuse what is no HTTP proxy's URL, without repeating it: it may hold a password.

    Raises:
        ConfigurationError: It has another scheme, no host that could be reached, or a
            user or password that cannot be sent.
    """
    if proxy is None:
        return
    check_instance("proxy", proxy, str)
    parts = split_url(proxy)
    if parts is None or not _is_plain_proxy(parts):
        msg = "proxy must look like http://proxy.example:3128"
        raise ConfigurationError(msg)


def _is_plain_proxy(parts: SplitResult) -> bool:
    """Tell whether aiohttp can work with a proxy; basic auth has no `:` in the user."""
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return (
        parts.scheme in {"http", "https"}
        and not _ODD.search(parts.hostname or "")
        and ":" not in user
        and (user + password).isascii()
    )


def _problem(url: str) -> str:
    """Say what is wrong with a base URL; the URL itself may hold a password."""
    parts = split_url(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        return f"must look like {BASE_URL}"
    if not is_private(parts):
        place = parts.hostname
        return f"must begin with https://: the token would travel to {place} in clear"
    if _ODD.search(url):
        return "must have no user, query, fragment or odd characters"
    return ""
