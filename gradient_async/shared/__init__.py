"""The same between processes, on Redis or Valkey (extra `redis`)."""

from gradient_async.shared.feed import SharedFeed
from gradient_async.shared.group import EventGroup, GroupConsumer
from gradient_async.shared.group_entry import GroupEntry
from gradient_async.shared.lease import Lease
from gradient_async.shared.leases import AccountLeases
from gradient_async.shared.log_entry import LogEntry, LogEvent, LogReset
from gradient_async.shared.log_listener import LogListener
from gradient_async.shared.redis_library import RedisClient
from gradient_async.shared.store import SharedStore

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
    "SharedStore",
]
