"""The options for the server that processes share."""

from __future__ import annotations

from typing import Annotated, Final

import attrs
from cyclopts import Parameter

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import shared
from gradient_async.errors import ConfigurationError

URL_VARIABLE: Final = "GRADIENT_SHARED_URL"
"""Environment variable for the server's URL, which may have a password."""


@Parameter(name="*", group="Server")
@attrs.frozen(kw_only=True)
class StoreOptions:
    """Which server the processes share, and which log there."""

    redis: Annotated[
        str, Parameter(name="--redis", env_var=URL_VARIABLE, show_default=False)
    ] = ""
    """URL of a Redis or Valkey server. Its key is read from GRADIENT_SHARED_KEY."""
    namespace: Annotated[str, Parameter(name="--namespace")] = "gradient"
    """What all keys on the server begin with."""
    log: Annotated[str, Parameter(name="--log")] = "main"
    """Name of the log of events."""

    def open(self) -> shared.SharedStore:
        """
        Return the store; entering it connects.

        Raises:
            ConfigurationError: The URL or the key is missing or invalid, or redis-py
                is not installed.
        """
        if not self.redis:
            msg = f"pass --redis URL, or set {URL_VARIABLE}"
            raise ConfigurationError(msg)
        return shared.SharedStore(self.redis, namespace=self.namespace)


DEFAULT_STORE: Final = StoreOptions()
"""What commands use if no option is given."""
