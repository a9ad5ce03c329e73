"""An environment without accounts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest


@pytest.fixture(autouse=True)
def _no_accounts() -> Iterator[None]:
    """Remove the machine's own accounts from the environment."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DIGITALOCEAN_")
    }
    with patch.dict(os.environ, others, clear=True):
        yield
