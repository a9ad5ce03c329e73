"""Where a stream over several accounts stopped, as a value that can be saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

import attrs
import msgspec

from gradient_async.changes.state_file import decode_state
from gradient_async.paging.page import Position

_VERSION: Final = 1


class _PositionContent(msgspec.Struct, forbid_unknown_fields=True):
    page: int
    offset: int
    total: int | None
    per_page: int | None


class _AccountContent(msgspec.Struct, forbid_unknown_fields=True):
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
    position: _PositionContent | None


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    version: Literal[1]
    accounts: dict[str, _AccountContent]


@attrs.frozen(kw_only=True)
class AccountPosition:
    """Where the list of one account goes on."""

    fingerprint: str
    """Identifies base URL and token, without revealing them."""
    position: Position | None
    """Where to go on; None if the list was read to its end."""


@attrs.frozen
class StreamPosition:
    """
    A place in the lists of several accounts from which another stream can resume.

    Accounts that it does not name are read from the beginning. Those that it names,
    and the other stream lacks, are not in that stream's position.
    """

    accounts: Mapping[str, AccountPosition] = attrs.field(factory=dict)
    """The position of each account, by its name."""

    def to_json(self) -> str:
        """Return the position as JSON; it holds no token."""
        accounts = {name: attrs.asdict(it) for name, it in self.accounts.items()}
        content = {"version": _VERSION, "accounts": accounts}
        return msgspec.json.encode(content).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """
        Return the position that `to_json` wrote.

        Raises:
            ConfigurationError: The text is something else.
        """
        content = decode_state(text, _Content, "the position of a stream")
        return cls({name: _build(it) for name, it in content.accounts.items()})


def _build(content: _AccountContent) -> AccountPosition:
    found = content.position
    position = None if found is None else Position(**msgspec.structs.asdict(found))
    return AccountPosition(fingerprint=content.fingerprint, position=position)
