"""Whether a server can do what is needed of it; pure."""

from __future__ import annotations

import re
from typing import Final

# XAUTOCLAIM and GETEX came with 6.2 (redis.io/docs/latest/commands/xautoclaim/).
_MINIMUM: Final = (6, 2)

_VERSION: Final = re.compile(r"^redis_version:(\d+)\.(\d+)(\S*)", re.MULTILINE)
_POLICY: Final = re.compile(r"^maxmemory_policy:(?!noeviction)(\S+)", re.MULTILINE)
_UNLIMITED: Final = re.compile(r"^maxmemory:0\s", re.MULTILINE)


def find_version_fault(information: str) -> str | None:
    """
    Return what is wrong with the version that `INFO server` states; None if nothing.

    Valkey, too, states the version of Redis with which it is compatible. A server that
    states none is not judged.
    """
    found = _VERSION.search(information)
    if found is None or (int(found[1]), int(found[2])) >= _MINIMUM:
        return None
    return f"the server has version {found[1]}.{found[2]}{found[3]}, 6.2 is needed"


def find_eviction(information: str) -> str | None:
    """Return the policy by which a server evicts keys, see `INFO memory`, if any."""
    found = _POLICY.search(information)
    return None if found is None or _UNLIMITED.search(information) else found[1]
