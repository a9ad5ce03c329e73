"""Parse URLs, and check whether they are safe to send to; pure."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

# User, host or bracketed address, port; `urlsplit` ignores text after a bracket.
_NETLOC: Final = re.compile(r"(?:.*@)?(?:\[[^\[\]]+\]|[^\[\]:]+)(?::[0-9]*)?")

# Hosts that must be IP addresses: the system would take `0x7f.1` for one, too.
_NUMERIC: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?|.*:.*")

# `urlsplit` silently removes line breaks, so they are rejected before.
_VISIBLE: Final = re.compile(r"[!-~]+")

# RFC 3986: an encoded path and query.
_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")


def split_url(url: str) -> SplitResult | None:
    """Parse a URL; None if it has no valid host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host.encode("idna")
        _ = parts.port
        if _NUMERIC.fullmatch(host):
            ipaddress.ip_address(host)
    except ValueError:
        return None
    return parts if host and _NETLOC.fullmatch(parts.netloc) else None


def is_secure(parts: SplitResult) -> bool:
    """Return whether the URL uses https or a loopback address."""
    is_local = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    return parts.scheme == "https" or is_local


def is_local(parts: SplitResult) -> bool:
    """Return whether the URL leads to this machine, as far as its host shows."""
    host = (parts.hostname or "").rstrip(".")
    address = _find_address(host)
    is_unspecified = address is not None and address.is_unspecified
    return _is_loopback(host) or is_unspecified or host.endswith(".localhost")


def presigned_path(url: str, *, may_be_local: bool) -> str | None:
    """
    Return the path of a presigned URL; None if the URL must not be used.

    It is encoded already, and encoding it again would break its signature.

    Args:
        url: The URL.
        may_be_local: Whether it may lead to this machine: the response of a server
            elsewhere must not send a file to a service here.
    """
    parts = split_url(url) if _VISIBLE.fullmatch(url) else None
    is_valid = (
        parts is not None
        and is_secure(parts)
        and (may_be_local or not is_local(parts))
        and "@" not in parts.netloc
        and not parts.fragment
        and _ENCODED.fullmatch(f"{parts.path}?{parts.query}")
    )
    return parts.path if parts and is_valid else None


def _is_loopback(host: str) -> bool:
    address = _find_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _find_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host is; of a mapped one, that of version 4."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
