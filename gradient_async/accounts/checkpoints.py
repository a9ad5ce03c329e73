"""The checkpoints of several accounts, as one value that can be saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Self

import msgspec

from gradient_async.changes.checkpoint import Checkpoint
from gradient_async.changes.state_file import SavedState, decode_state
from gradient_async.checks import check_instance
from gradient_async.errors import ConfigurationError


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    version: Literal[1]
    checkpoints: dict[str, msgspec.Raw]


class Checkpoints(Mapping[str, Checkpoint], SavedState):
    """
    The checkpoint of each account, by its name.

    Raises:
        ConfigurationError: It is not a mapping of names to checkpoints.
    """

    def __init__(self, checkpoints: Mapping[str, Checkpoint]) -> None:
        check_instance("checkpoints", checkpoints, Mapping)
        for name, checkpoint in checkpoints.items():
            check_instance("the name of an account", name, str)
            check_instance(f"checkpoint of {name!r}", checkpoint, Checkpoint)
        self._checkpoints = dict(checkpoints)

    def __getitem__(self, account: str) -> Checkpoint:
        """Return the checkpoint of an account, or raise KeyError."""
        return self._checkpoints[account]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the accounts."""
        return iter(self._checkpoints)

    def __len__(self) -> int:
        """Return the number of accounts."""
        return len(self._checkpoints)

    def __repr__(self) -> str:
        """Return the number of accounts."""
        return f"<Checkpoints of {len(self)} accounts>"

    def to_json(self) -> str:
        """Return the checkpoints as JSON on one line; it holds no token."""
        raw = {name: msgspec.Raw(it.to_json().encode()) for name, it in self.items()}
        return msgspec.json.encode(_Content(1, raw)).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """
        Return the checkpoints that `to_json` wrote.

        Raises:
            ConfigurationError: The text is not such JSON, or of another version.
        """
        content = decode_state(text, _Content, "the checkpoints of accounts")
        raw = content.checkpoints.items()
        return cls({name: _read(name, bytes(it)) for name, it in raw})


def _read(account: str, content: bytes) -> Checkpoint:
    """Return one checkpoint; an error names its account."""
    try:
        return Checkpoint.from_json(content)
    except ConfigurationError as error:
        raise error.complete(account=account) from None
