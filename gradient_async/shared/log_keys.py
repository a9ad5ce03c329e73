"""What the keys of one log are called on the server; pure."""

from __future__ import annotations

import attrs

from gradient_async.checks import require_nonempty_str
from gradient_async.errors import ConfigurationError


@attrs.frozen
class LogKeys:
    """
    The keys of one log.

    In a cluster, all of them are on one node, which the braces are for: a script may
    use only what is there.

    Raises:
        ConfigurationError: A name is empty, not printable, or has braces.
    """

    namespace: str
    """What all keys on the server begin with."""
    log: str
    """Name of the log."""

    def __attrs_post_init__(self) -> None:
        """Check both names."""
        _check_name("namespace", self.namespace)
        _check_name("log", self.log)

    @property
    def members(self) -> str:
        """The processes that are alive: a hash."""
        return self._name("members")

    def left(self, session: str) -> str:
        """Return the key that exists for a while after a process has left."""
        return self._name(f"left:{session}")

    @property
    def leases(self) -> str:
        """Who holds which account: a hash."""
        return self._name("leases")

    @property
    def version(self) -> str:
        """A number that grows with each change of members or leases."""
        return self._name("version")

    @property
    def events(self) -> str:
        """The events: a stream."""
        return self._name("events")

    @property
    def last(self) -> str:
        """The id of the latest event."""
        return self._name("last")

    def account(self, name: str) -> str:
        """Return the key of what is known of an account: a hash."""
        return self._name(f"account:{name}")

    def group(self, name: str) -> str:
        """Return the key of what is known of a consumer group: a hash."""
        return self._name(f"group:{name}")

    def _name(self, what: str) -> str:
        return f"{self.namespace}:{{{self.log}}}:{what}"


def _check_name(what: str, name: str) -> None:
    require_nonempty_str(what, name)
    if not name.isprintable() or {"{", "}"} & set(name):
        msg = f"{what} must be printable and have no braces, got {name!r}"
        raise ConfigurationError(msg)
