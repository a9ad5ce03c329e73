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
    from gradient_async.shared.leases.account_leases import AccountLeases
    from gradient_async.shared.leases.lease import Lease
    from gradient_async.shared.log.entry import LogEntry, LogEvent, LogReset
    from gradient_async.shared.log.group import EventGroup, GroupConsumer
    from gradient_async.shared.log.group_entry import GroupEntry
    from gradient_async.shared.log.listener import LogListener
    from gradient_async.shared.log.shared_feed import SharedFeed
    from gradient_async.shared.pacing.shared_pacing import SharedPacing
    from gradient_async.shared.redis_library import RedisClient
    from gradient_async.shared.store import SharedStore
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.shared.log.shared_feed": "SharedFeed",
            "gradient_async.shared.log.group": "EventGroup GroupConsumer",
            "gradient_async.shared.log.group_entry": "GroupEntry",
            "gradient_async.shared.leases.lease": "Lease",
            "gradient_async.shared.leases.account_leases": "AccountLeases",
            "gradient_async.shared.log.entry": "LogEntry LogEvent LogReset",
            "gradient_async.shared.log.listener": "LogListener",
            "gradient_async.shared.pacing.shared_pacing": "SharedPacing",
            "gradient_async.shared.redis_library": "RedisClient",
            "gradient_async.shared.store": "SharedStore",
        },
    )
