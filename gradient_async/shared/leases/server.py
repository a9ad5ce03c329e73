"""The server's part in leases: one round trip per step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from gradient_async.shared.leases.lease import Session
from gradient_async.shared.leases.table import LeaseTable
from gradient_async.shared.log_keys import LogKeys
from gradient_async.shared.script import Script
from gradient_async.shared.store import SharedStore, to_text

_SYNCHRONISE: Final = Script.load(__package__, "leases.lua")

_LEAVE: Final = Script(
    """
redis.call('SET', KEYS[3], '1', 'PX', ARGV[2])
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
  -- As in leases.lua.
  local time = redis.call('TIME')
  local micros = time[1] * 1000000 + time[2]
  local larger = math.max(micros, (redis.call('GET', KEYS[2]) or 0) + 1)
  redis.call('SET', KEYS[2], string.format('%.0f', larger))
end
"""
)


class LeaseServer:
    """
    The members and the leases on the server, of which it holds a copy.

    Args:
        store: The server.
        keys: The keys of the log.
        seconds: How long a lease lasts unless it is renewed.
    """

    def __init__(self, store: SharedStore, keys: LogKeys, seconds: float) -> None:
        self._store = store
        self._keys = keys
        self._milliseconds = round(seconds * 1000)
        self._version = ""
        self.table: LeaseTable = LeaseTable({}, {})
        """The latest copy."""

    async def synchronise(
        self,
        session: Session,
        digest: str,
        *,
        give_up: Sequence[str],
        take: Sequence[str],
    ) -> bool:
        """
        Renew all leases, give some up, take some; return whether they were certain.

        Raises:
            SharedStoreError: The server did not respond.
        """
        response = await self._store.run(
            _SYNCHRONISE,
            [
                self._keys.members,
                self._keys.leases,
                self._keys.version,
                self._keys.left(session.id),
            ],
            *(session.id, self._milliseconds, digest),
            int(not session.has_joined),
            self._version,
            len(give_up),
            *give_up,
            *take,
        )
        is_member, *rest = map(to_text, cast("list[object]", response))
        if len(rest) > 1:
            self._version, members, leases = rest
            self.table = LeaseTable.decode(members, leases)
        return is_member == "1"

    def distrust(self) -> None:
        """Fetch everything next time, whether or not it has changed."""
        self._version = ""

    async def leave(self, session: Session) -> None:
        """
        Release all leases of a member at once.

        Raises:
            SharedStoreError: The server did not respond; they expire by themselves.
        """
        keys = [self._keys.members, self._keys.version, self._keys.left(session.id)]
        await self._store.run(_LEAVE, keys, session.id, self._milliseconds)
