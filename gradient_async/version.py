"""The package's version, here once: the build reads it from this file."""

from typing import Final

__version__: Final = "0.1.0"
"""Version of the package, as on PyPI."""
