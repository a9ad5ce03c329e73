"""The package's logger, `gradient_async`."""

from __future__ import annotations

import logging
from typing import Final

logger: Final = logging.getLogger("gradient_async")
# Where no logging is set up, warnings would go to stderr otherwise.
logger.addHandler(logging.NullHandler())
