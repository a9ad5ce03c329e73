"""No accounts in the environment, and a token to look for in all texts."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own accounts from the environment."""
    for name in list(os.environ):
        if name.upper().startswith("DIGITALOCEAN_"):
            monkeypatch.delenv(name)
