"""The same between processes, on Redis or Valkey (extra `redis`)."""

from gradient_async.shared.redis_library import RedisClient
from gradient_async.shared.store import SharedStore

__all__ = ["RedisClient", "SharedStore"]
