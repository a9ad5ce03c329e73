"""Take URLs apart, and tell whether one is safe to send to; pure."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

# User, host or bracketed address, port; `urlsplit` overlooks what follows a bracket.
_PLACE: Final = re.compile(r"(?:.*@)?(?:\[[^\[\]]+\]|[^\[\]:]+)(?::[0-9]*)?")

# Hosts that can only be addresses.
_NUMERIC: Final = re.compile(r"[0-9.]+|.*:.*")

# `urlsplit` drops line ends, and what it has dropped cannot be judged.
_VISIBLE: Final = re.compile(r"[!-~]+")

# What RFC 3986 lets a path and a query consist of, already encoded.
_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")


def split_url(url: str) -> SplitResult | None:
    """Take a URL apart; None for one that has no host that could be reached."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host.encode("idna")
        _ = parts.port
        if _NUMERIC.fullmatch(host):
            ipaddress.ip_address(host)
    except ValueError:
        return None
    return parts if host.strip(".") and _PLACE.fullmatch(parts.netloc) else None


def is_private(parts: SplitResult) -> bool:
    """Tell whether what is sent there is encrypted, or stays on this machine."""
    is_local = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    return parts.scheme == "https" or is_local


def presigned_path(url: str) -> str | None:
    """
    Give the path of a presigned URL; None for one that must not be sent to.

    It is encoded already: to encode it again would break its signature.
    """
    parts = split_url(url) if _VISIBLE.fullmatch(url) else None
    is_fit = (
        parts is not None
        and is_private(parts)
        and "@" not in parts.netloc
        and not parts.fragment
        and _ENCODED.fullmatch(f"{parts.path}?{parts.query}")
    )
    return parts.path if parts and is_fit else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
