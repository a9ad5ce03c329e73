"""What a client is configured with: found, validated, and frozen."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import attrs

from gradient_async.checks import (
    check_callable,
    check_instance,
    check_int,
    check_seconds,
)
from gradient_async.codec.codec import check_converter
from gradient_async.errors import ConfigurationError
from gradient_async.transport.attempt import OnAttempt
from gradient_async.transport.call import OnCall
from gradient_async.transport.credentials import Credentials, Secret, Token, to_secret
from gradient_async.transport.retry import RetryPolicy
from gradient_async.transport.sliding_log import RateLimit
from gradient_async.transport.urls import is_secure, split_url

if TYPE_CHECKING:
    from cattrs import Converter

# Scheme, host, port and path need no others; a user, query or fragment does.
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9._~:/\[\]%-]")

# What the paths of all calls start with.
_VERSION: Final = re.compile(r"/v2(?:/gen-ai)?/*$", re.IGNORECASE)

BASE_URL: Final = "https://api.digitalocean.com"
"""The API's production server, as named in its OpenAPI description."""

RETRIEVAL_URL: Final = "https://kbaas.do-ai.run"
"""The production server that searches knowledge bases; in no description."""

TOKEN_VARIABLES: Final = ("DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN")
"""Environment variables for the token; the first one set wins."""

BASE_URL_VARIABLE: Final = "DIGITALOCEAN_API_URL"
"""Environment variable for the base URL."""


@attrs.frozen(kw_only=True)
class ClientSettings:
    """
    The settings of one client, valid once constructed.

    Raises:
        ConfigurationError: A setting is invalid.
    """

    account: str
    credentials: Credentials
    base_url: str
    timeout: float
    retry: RetryPolicy
    rate_limit: RateLimit
    max_concurrency: int
    converter: Converter | None
    on_attempt: OnAttempt | None
    on_call: OnCall | None = None
    retrieval_url: str | None = None

    def __attrs_post_init__(self) -> None:
        """Check what the types of arguments do not ensure."""
        check_instance("account", self.account, str)
        if not self.account.isprintable():
            msg = f"account must be printable, got {self.account!r}"
            raise ConfigurationError(msg)
        self.credentials.check()
        check_seconds("timeout", self.timeout)
        check_instance("retry", self.retry, RetryPolicy)
        check_instance("rate_limit", self.rate_limit, RateLimit)
        check_int("max_concurrency", self.max_concurrency, minimum=1)
        check_converter(self.converter)
        check_callable("on_attempt", self.on_attempt)
        check_callable("on_call", self.on_call)


def find_credentials(token: Token | None) -> Credentials:
    """Return the given token, or the environment's, unchecked."""
    return Credentials(_read_token() if token is None else token)


def _read_token() -> str:
    values = (os.environ.get(name, "") for name in TOKEN_VARIABLES)
    return next((value for value in values if value.strip()), "")


def find_base_url(base_url: str | None) -> str:
    """
    Return the given base URL, the environment's, or the production server's.

    Raises:
        ConfigurationError: The token would be sent unencrypted, or the URL has a user,
            query, fragment or unusual characters, or ends in `/v2` or `/v2/gen-ai`.
    """
    if base_url is None:
        base_url = os.environ.get(BASE_URL_VARIABLE, "").strip() or BASE_URL
    return _check_url("base_url", "the base URL", base_url)


def find_retrieval_url(settings: ClientSettings) -> str:
    """
    Return the given URL for searches, or else the one that belongs to the base URL.

    A token for another server, such as a gateway or an emulator, stays with it.
    """
    if settings.retrieval_url is not None:
        return settings.retrieval_url
    return RETRIEVAL_URL if settings.base_url == BASE_URL else settings.base_url


def check_retrieval_url(url: str | None) -> str | None:
    """
    Return a URL for searches without a trailing slash; None stays None.

    Raises:
        ConfigurationError: See `find_base_url`.
    """
    return (
        None if url is None else _check_url("retrieval_url", "the retrieval URL", url)
    )


def _check_url(name: str, text: str, url: str) -> str:
    check_instance(name, url, str)
    problem = _find_problem(url)
    if problem:
        msg = f"{text} {problem}"
        raise ConfigurationError(msg)
    return url.rstrip("/")


def hide_proxy(proxy: str | None) -> Secret | None:
    """Return the URL of a proxy, unchecked, as a secret: it may hold a password."""
    return None if proxy is None else to_secret(proxy)


def check_proxy(proxy: Secret | None) -> None:
    """
    Raise unless the URL is one of an HTTP proxy, or None.

    Raises:
        ConfigurationError: It has another scheme, no valid host, or a user or password
            that cannot be sent.
    """
    if proxy is not None and not _is_supported_proxy(proxy):
        msg = "proxy must look like http://proxy.example:3128"
        raise ConfigurationError(msg)


def _is_supported_proxy(proxy: Secret) -> bool:
    """Return whether aiohttp supports a proxy; basic auth has no `:` in the user."""
    parts = split_url(proxy.reveal())
    if parts is None:
        return False
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return (
        parts.scheme in {"http", "https"}
        and not _UNUSUAL.search(parts.hostname or "")
        and ":" not in user
        and (user + password).isascii()
    )


# Clients of many accounts have the same one.
@lru_cache(maxsize=16)
def _find_problem(url: str) -> str:
    """Return what is wrong with a base URL, without the URL: it may hold a password."""
    parts = split_url(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        return f"must look like {BASE_URL}"
    if not is_secure(parts):
        host = parts.hostname
        return f"must start with https://, or the token is sent to {host} unencrypted"
    if _UNUSUAL.search(url):
        return "must not contain a user, query, fragment or unusual characters"
    if version := _VERSION.search(url):
        stem = url[: version.start()]
        return f"must not contain /v2, which paths start with: use {stem}"
    return ""
