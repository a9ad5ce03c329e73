"""Errors about what processes share."""

from __future__ import annotations

from gradient_async.errors.base import GradientError


class SharedStoreError(GradientError):
    """The Redis or Valkey server of a `SharedStore` failed, or was not reached."""

    _hint = "Check the server, its URL and its password"
    http_status = 503


class LeaseLostError(GradientError):
    """The lease of an account is over, so another process may look after it."""

    _hint = "Stop working on the account; this process takes it again when it is free"
    http_status = 503
