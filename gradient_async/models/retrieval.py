"""Retrieval: what a search of a knowledge base returns."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gradient_async.models.base import APIObject


@attrs.frozen(kw_only=True)
class RetrievedChunk(APIObject):
    """A piece of the content of a knowledge base that fits a query."""

    text_content: str = ""
    """The text."""
    metadata: Mapping[str, object] = attrs.field(factory=dict, hash=False)
    """Where it comes from, as plain JSON values; filters compare with them."""


@attrs.frozen(kw_only=True)
class RetrievalResult(APIObject):
    """The chunks that fit a query, the best first."""

    results: tuple[RetrievedChunk, ...] = ()
    """The chunks."""
    total_results: int = 0
    """Number of chunks, as the server counts them."""


@attrs.frozen(kw_only=True)
class RetrievalResponse:
    """Response with the chunks that fit a query."""

    results: tuple[RetrievedChunk, ...] | None = None
    """The chunks; None if not sent."""
    total_results: int | None = None
    """Number of chunks; None if not sent."""

    def __attrs_post_init__(self) -> None:
        """Raise for JSON that is not a result, for example that of another service."""
        if self.results is None and self.total_results is None:
            msg = "Expected `results` or `total_results`, got neither"
            raise ValueError(msg)

    def to_result(self) -> RetrievalResult:
        """Return the result; what was not sent is empty."""
        results = self.results or ()
        total = len(results) if self.total_results is None else self.total_results
        return RetrievalResult(results=results, total_results=total)
