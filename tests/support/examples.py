"""How many random examples to try."""

from __future__ import annotations

import os
from typing import Final

IS_MEASURED: Final = "COVERAGE_RUN" in os.environ
"""Whether coverage is measured, which makes everything three times as slow."""


def examples(count: int) -> int:
    """Return the number of examples to try, fewer where coverage is measured."""
    return -(-count // 4) if IS_MEASURED else count
