"""How many random examples to try."""

from __future__ import annotations

import os
from typing import Final

ARE_FEWER: Final = bool({"COVERAGE_RUN", "FEWER_EXAMPLES"} & os.environ.keys())
"""
Whether to try fewer random examples.

Coverage makes everything three times as slow; and one Python that tries all is enough.
"""


def examples(count: int) -> int:
    """Return the number of examples to try, a quarter where fewer are enough."""
    return -(-count // 4) if ARE_FEWER else count
