"""Make a server's text safe to put into errors and logs."""

from __future__ import annotations

from typing import Final

from gradient_async.printable import printable
from gradient_async.transport.credentials import Secret

_MAX_LENGTH: Final = 2000


def sanitize(text: str | None, secret: Secret) -> str | None:
    """Return the text on one line, without the token, cut to 2,000 characters."""
    return secret.redact(printable(text))[:_MAX_LENGTH] if text else None
