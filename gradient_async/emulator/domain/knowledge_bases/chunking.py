"""How the text of a data source is split into chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Self

import attrs

from gradient_async.emulator.core.errors import ApiError
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.domain.knowledge_bases.catalogue import EmbeddingModel

_ALGORITHMS: Final = (
    "CHUNKING_ALGORITHM_UNKNOWN",
    "CHUNKING_ALGORITHM_SECTION_BASED",
    "CHUNKING_ALGORITHM_HIERARCHICAL",
    "CHUNKING_ALGORITHM_SEMANTIC",
    "CHUNKING_ALGORITHM_FIXED_LENGTH",
)
_SIZES: Final = ("max_chunk_size", "parent_chunk_size", "child_chunk_size")
_THRESHOLD: Final = "semantic_threshold"


@attrs.frozen
class Chunking:
    """An algorithm, and its options as in the API's JSON."""

    algorithm: str
    options: dict[str, object]

    @classmethod
    def default(cls, model: EmbeddingModel) -> Self:
        """Return the chunking of data sources that specify none."""
        return cls(_ALGORITHMS[1], {"max_chunk_size": model.default_size})

    def updated(self, message: Message, model: EmbeddingModel) -> Chunking:
        """
        Return this chunking with the members of a request replaced.

        Raises:
            ApiError: A size is outside the model's limits, or a threshold outside 0-1.
        """
        algorithm = message.enum("chunking_algorithm", _ALGORITHMS)
        options = message.message("chunking_options")
        return Chunking(
            # The enum's zero value is what a request without the member means.
            self.algorithm if algorithm == _ALGORITHMS[0] else algorithm,
            self.options if options is None else dict(_read_options(options, model)),
        )


def _read_options(
    options: Message, model: EmbeddingModel
) -> Iterator[tuple[str, object]]:
    """Yield the options that are present."""
    for name in filter(options.has, _SIZES):
        size = options.integer(name)
        if not model.min_size <= size <= model.max_size:
            limits = f"{model.min_size} to {model.max_size}"
            raise ApiError(422, f"{name} must be {limits} with this model.")
        yield name, size
    if options.has(_THRESHOLD):
        threshold = options.number(_THRESHOLD)
        if not 0 <= threshold <= 1:
            raise ApiError(422, f"{_THRESHOLD} must be 0 to 1.")
        yield _THRESHOLD, threshold
