"""The same between processes, on Redis or Valkey (extra `redis`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

__all__ = [
    "AccountLeases",
    "EventGroup",
    "GroupConsumer",
    "GroupEntry",
    "Lease",
    "LogEntry",
    "LogEvent",
    "LogListener",
    "LogReset",
    "RedisClient",
    "SharedFeed",
    "SharedPacing",
    "SharedStore",
]

if TYPE_CHECKING:
    from gradient_async.shared.feed import SharedFeed
    from gradient_async.shared.group import EventGroup, GroupConsumer
    from gradient_async.shared.group_entry import GroupEntry
    from gradient_async.shared.lease import Lease
    from gradient_async.shared.leases import AccountLeases
    from gradient_async.shared.log_entry import LogEntry, LogEvent, LogReset
    from gradient_async.shared.log_listener import LogListener
    from gradient_async.shared.pacing import SharedPacing
    from gradient_async.shared.redis_library import RedisClient
    from gradient_async.shared.store import SharedStore
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.shared.feed": "SharedFeed",
            "gradient_async.shared.group": "EventGroup GroupConsumer",
            "gradient_async.shared.group_entry": "GroupEntry",
            "gradient_async.shared.lease": "Lease",
            "gradient_async.shared.leases": "AccountLeases",
            "gradient_async.shared.log_entry": "LogEntry LogEvent LogReset",
            "gradient_async.shared.log_listener": "LogListener",
            "gradient_async.shared.pacing": "SharedPacing",
            "gradient_async.shared.redis_library": "RedisClient",
            "gradient_async.shared.store": "SharedStore",
        },
    )
