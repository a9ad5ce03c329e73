"""Make a server's text safe to put into errors and logs."""

from __future__ import annotations

from typing import Final

from gradient_async.printable import printable
from gradient_async.transport.credentials import Secret

_MAX_LENGTH: Final = 2000

# More is not searched for secrets, nor shown.
_MAX_SEARCHED: Final = 32 * 1024


def sanitize(text: str | None, *secrets: Secret) -> str | None:
    """Return a text on one line, without the secrets, cut to 2,000 characters."""
    return _redact(printable(text), secrets)[:_MAX_LENGTH] if text else None


def sanitize_name(text: str | None, *secrets: Secret) -> str | None:
    """
    Return a name or an id like `sanitize`; one with a secret is hidden as a whole.

    Programs compare names, so a part of one would be misleading.
    """
    safe = sanitize(text, *secrets)
    return safe if not text or safe == sanitize(text) else "***"


def excerpt(text: str, *secrets: Secret) -> str:
    """Return the start of a long text like `sanitize`, cut to 2,000 bytes of UTF-8."""
    safe = _redact(printable(text[:_MAX_SEARCHED]), secrets)
    if len(text) >= _MAX_SEARCHED:
        # A secret that was cut in two is not recognised; it stands at the end.
        longest = max((secret.max_length for secret in secrets), default=0)
        safe = safe[: len(safe) - longest]
    return safe.encode()[:_MAX_LENGTH].decode(errors="ignore")


def _redact(text: str, secrets: tuple[Secret, ...]) -> str:
    for secret in secrets:
        text = secret.redact(text)
    return text
