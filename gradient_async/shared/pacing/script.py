"""The script that paces one token: what it is sent, and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
import msgspec

from gradient_async.shared.pacing.slots import SLOT_SECONDS, Report
from gradient_async.shared.script import Script
from gradient_async.shared.store import SharedStore, to_text

LATELY_SECONDS: Final = 60.0
"""Seconds for which a process that was not heard of counts as one of them."""

_GRACE_SECONDS: Final = 0.25
"""Seconds by which a process may be late for the slots that are kept for it."""

_SCRIPT: Final = Script.load(__package__, "pacing.lua")


@attrs.frozen(kw_only=True)
class PacingRequest:
    """What a process reports about its requests to one token, and wants."""

    process: str
    """A random name."""
    epoch: str
    """The age of the server's data as the process knows it; empty if it does not."""
    windows: Sequence[tuple[int, float]]
    """The limits: number of requests, seconds; the longest last."""
    first: int
    """The number of the first slot that may be granted."""
    want: int
    """How many requests wait."""
    valid_until: float | None
    """Time of the server from which nobody waits for the reply; None if unknown."""
    spare: int
    """How many slots more to grant if there is plenty."""
    block: float = 0.0
    """Seconds for which the API has refused all requests."""
    limits: tuple[int, float] | None = None
    """Requests left in the longest window and seconds until its reset, if known."""
    report: Report
    """What happened to the slots it was granted."""
    slot_seconds: float = SLOT_SECONDS
    """Seconds after which a slot of a process that was not heard of expires; 5."""
    lately: float = LATELY_SECONDS
    """Seconds for which a process that was not heard of counts as one of them; 60."""
    grace: float = _GRACE_SECONDS
    """Seconds by which a process may be late for the slots kept for it; 0.25."""


@attrs.frozen(kw_only=True)
class PacingReply:
    """What the server says to a `PacingRequest`."""

    now: float
    """Time of the server."""
    is_late: bool = False
    """Whether nothing was done because nobody waited for the reply any more."""
    epoch: str = ""
    """The age of the server's data."""
    granted: int = 0
    """Number of slots granted, from the first number on; may exceed what is wanted."""
    wait: float | None = None
    """Seconds until there may be another slot; None if all were granted."""
    certain_wait: float = 0.0
    """Seconds for which there is certainly no slot."""
    blocked: float = 0.0
    """Seconds for which the API has refused all requests."""
    processes: int = 0
    """Number of processes that were seen lately."""
    rivals: int = 0
    """Number of other processes that wait for slots."""
    room: Sequence[int] = ()
    """How many more requests each window allows."""


_DECODER: Final = msgspec.json.Decoder(PacingReply)


def name_keys(store: SharedStore, fingerprint: str) -> Sequence[str]:
    """Return the keys of one token, which one node of a cluster has."""
    hidden = store.hide(fingerprint)
    prefix = f"{store.namespace}:pacing:{{{hidden}}}"
    return [f"{prefix}:{name}" for name in ("log", "processes", "facts")]


async def ask_server(
    store: SharedStore, keys: Sequence[str], request: PacingRequest
) -> PacingReply:
    """
    Run the script once.

    Raises:
        SharedStoreError: The server did not respond, or the script failed.
    """
    reply = await store.run(_SCRIPT, keys, msgspec.json.encode(request))
    return _DECODER.decode(to_text(reply))
