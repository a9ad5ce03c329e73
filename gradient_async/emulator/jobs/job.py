"""Indexing jobs as they are served: their members, and their JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Self

import attrs

_to_json: Final = json.JSONEncoder(separators=(",", ":")).encode


@attrs.frozen
class Job:
    """An indexing job, and its JSON text: written once, served many times."""

    uuid: str
    fields: Mapping[str, object] = attrs.field(repr=False)
    text: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> Self:
        """Wrap the members of a job's JSON object."""
        return cls(str(fields["uuid"]), fields, _to_json(fields).encode())

    @property
    def knowledge_base_uuid(self) -> str:
        """The knowledge base that it is about."""
        return str(self.fields["knowledge_base_uuid"])

    def at(self, now: int) -> Job:  # noqa: ARG002  (as of jobs that move)
        """Give the job as it stands at a moment: always the same."""
        return self

    def copy(self) -> dict[str, Any]:
        """Give its JSON object anew, to whoever may write to it."""
        return dict(json.loads(self.text))
