"""What the package logs, as lines on stderr."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gradient_async.logger import logger


@contextmanager
def log_to_stderr(level: int) -> Iterator[None]:
    """Write what the package logs from a level on to stderr, each with its time."""
    handler = logging.StreamHandler(sys.stderr)
    form = logging.Formatter(
        "%(asctime)s %(levelname)s %(message)s", datefmt="%Y-%m-%d %H:%M:%SZ"
    )
    # UTC, as all times that the command writes.
    form.converter = time.gmtime
    handler.setFormatter(form)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
