"""How the text of a data source is cut into chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Self

import attrs

from gradient_async.emulator.bases.catalogue import EmbeddingModel
from gradient_async.emulator.http.messages import Message
from gradient_async.emulator.http.refusals import RefusalError

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
    def usual(cls, model: EmbeddingModel) -> Self:
        """Give what holds for sources that ask for nothing."""
        return cls(_ALGORITHMS[1], {"max_chunk_size": model.default})

    def changed(self, message: Message, model: EmbeddingModel) -> Chunking:
        """
        Read what a request asks for, in place of what it names.

        Raises:
            RefusalError: A size is beyond the model's limits, or a threshold beyond 1.
        """
        algorithm = message.choice("chunking_algorithm", _ALGORITHMS)
        options = message.message("chunking_options")
        return Chunking(
            self.algorithm if algorithm == _ALGORITHMS[0] else algorithm,
            self.options if options is None else dict(_read_options(options, model)),
        )


def _read_options(
    options: Message, model: EmbeddingModel
) -> Iterator[tuple[str, object]]:
    """Read the options that are given."""
    for name in filter(options.has, _SIZES):
        size = options.whole_number(name)
        if not model.least <= size <= model.most:
            msg = f"{name} must be {model.least} to {model.most} with this model."
            raise RefusalError(422, msg)
        yield name, size
    if options.has(_THRESHOLD):
        threshold = options.number(_THRESHOLD)
        if not 0 <= threshold <= 1:
            raise RefusalError(422, f"{_THRESHOLD} must be 0 to 1.")
        yield _THRESHOLD, threshold
