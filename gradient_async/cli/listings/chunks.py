"""How the results of a search are listed."""

from __future__ import annotations

import json
from typing import Final

from gradient_async.cli.columns import Column, Listing
from gradient_async.models import RetrievedChunk

CHUNKS: Final = Listing[RetrievedChunk](
    noun="chunk",
    columns=(Column("text_content", title="TEXT"), Column("metadata")),
    table=("text_content", "metadata"),
    to_row=lambda chunk: {
        "text_content": chunk.text_content,
        "metadata": json.dumps(dict(chunk.metadata), ensure_ascii=False),
    },
    to_dict=RetrievedChunk.to_dict,
)
"""Chunks of a knowledge base that fit a query, the best first."""
