"""Pacing that several processes share."""

from __future__ import annotations

from collections.abc import MutableMapping
from weakref import WeakValueDictionary

from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError
from gradient_async.shared.pacing.link import StoreLink
from gradient_async.shared.pacing.queue import SharedPacer
from gradient_async.shared.pacing.script import name_keys
from gradient_async.shared.pacing.state import TokenState
from gradient_async.shared.store import SharedStore
from gradient_async.transport.pacing import Pacing
from gradient_async.transport.sliding_log import RateLimit


class SharedPacing:
    """
    Keeps all processes that share a store within the rate limit of each token.

        async with SharedStore("redis://localhost:6379/0", key=key) as store:
            async with Client(pacing=SharedPacing(store)) as client:
                ...

    A process takes its slots from the server, by a script for at most every request:
    first come, first served within the process, and in turn with others that wait. The
    server has one more entry for each request of the longest window, about 100 bytes.
    A slot expires 5 seconds after its process was last heard of. What a response says
    of the limit, such as a 429, holds for all processes.

    While the server is gone, calls do not wait for it: each process paces its requests
    on its own, at its share of the limit. One warning is logged, and one message when
    the server is back, which is tried at least once a second while requests wait.

    It serves one event loop at a time, and needs no closing: it has a timer while
    requests wait or are in flight, and a task while a script runs.

    Args:
        store: The server; it must be open while requests are made.
        rate_limit: Rate limit of each token, the same in all processes; 250 requests a
            minute and 5,000 an hour by default.
        share: This process's share of the limit while the server is gone, above 0 and
            at most 1. By default, 1 / number of processes seen in the minute before, at
            least 0.02, which is also the share before the first contact.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        store: SharedStore,
        rate_limit: RateLimit = RateLimit(),  # noqa: B008  (frozen)
        *,
        share: float | None = None,
    ) -> None:
        check_instance("store", store, SharedStore)
        check_instance("rate_limit", rate_limit, RateLimit)
        check_instance("share", share, float | int | None)
        if share is not None and not 0 < share <= 1:
            msg = f"share must be above 0 and at most 1, not {share}"
            raise ConfigurationError(msg)
        self._store = store
        self._rate_limit = rate_limit
        self._share = share
        self._link = StoreLink()
        # A client holds the pacer of its latest token.
        self._pacers: MutableMapping[str, SharedPacer] = WeakValueDictionary()

    @property
    def rate_limit(self) -> RateLimit:
        """Rate limit of each token."""
        return self._rate_limit

    def for_account(self, fingerprint: str) -> Pacing:
        """Return what paces the requests of one token, see `PacingFactory`."""
        pacer = self._pacers.get(fingerprint)
        if pacer is None:
            keys = name_keys(self._store, fingerprint)
            pacer = SharedPacer(self._store, keys, self._link, self._create_state)
            self._pacers[fingerprint] = pacer
        return pacer

    def _create_state(self) -> TokenState:
        timeout = self._store.timeout
        return TokenState(self._rate_limit.windows, self._share, self._link, timeout)
