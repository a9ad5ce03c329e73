"""The same between processes, on Redis or Valkey (extra `redis`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

__all__ = ["RedisClient", "SharedPacing", "SharedStore"]

if TYPE_CHECKING:
    from gradient_async.shared.pacing import SharedPacing
    from gradient_async.shared.redis_library import RedisClient
    from gradient_async.shared.store import SharedStore
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.shared.pacing": "SharedPacing",
            "gradient_async.shared.redis_library": "RedisClient",
            "gradient_async.shared.store": "SharedStore",
        },
    )
