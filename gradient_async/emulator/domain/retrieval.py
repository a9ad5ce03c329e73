"""Search a knowledge base: chunks made up of its indexed data sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from gradient_async.emulator.core.ids import create_rng
from gradient_async.emulator.core.messages import Message
from gradient_async.emulator.domain.accounts import Account
from gradient_async.emulator.domain.knowledge_bases.data_sources import DataSource
from gradient_async.emulator.domain.knowledge_bases.knowledge_base import KnowledgeBase

_INDEXED: Final = {
    "DATA_SOURCE_STATUS_UPDATED",
    "DATA_SOURCE_STATUS_NOT_UPDATED",
    "DATA_SOURCE_STATUS_PARTIALLY_UPDATED",
}
_WORD: Final = re.compile(r"\w+")
_SENTENCES: Final = (
    "Orders are delivered within three working days, and tracked.",
    "A refund is paid within two weeks to the account that was charged.",
    "The warranty covers defects for two years from the day of delivery.",
    "Support is open from nine to five, except on Sundays and holidays.",
    "Passwords expire after a year; an administrator can reset them.",
    "Invoices are sent by mail on the first day of each month.",
)

_COMPARE: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: _sorts(a, b, 1),
    "gte": lambda a, b: a == b or _sorts(a, b, 1),
    "lt": lambda a, b: _sorts(a, b, -1),
    "lte": lambda a, b: a == b or _sorts(a, b, -1),
    "in": lambda a, b: isinstance(b, list) and a in b,
    "not_in": lambda a, b: isinstance(b, list) and a not in b,
    "contains": lambda a, b: str(b) in str(a),
}


@attrs.frozen
class Chunk:
    """A piece of a data source."""

    text: str
    metadata: Mapping[str, object]

    def describe(self) -> dict[str, object]:
        """Return its JSON."""
        return {"text_content": self.text, "metadata": dict(self.metadata)}


def retrieve(
    account: Account, knowledge_base: KnowledgeBase, message: Message, now: int
) -> list[Chunk]:
    """
    Return the chunks that share most words with a query, the best first.

    Only what a job has indexed is found. Members that are missing or invalid raise an
    `ApiError`. `alpha` is read, but keywords are all that counts.
    """
    words = set(_WORD.findall(message.required_string("query").casefold()))
    message.number("alpha")
    count = message.integer("num_results")
    filters = message.message("filters") or Message({})
    groups = [_read(filters, name) for name in ("must", "must_not", "should")]
    scored = [
        (-len(words & set(_WORD.findall(chunk.text.casefold()))), chunk)
        for chunk in _create_chunks(account, knowledge_base, now)
        if _passes(chunk.metadata, groups)
    ]
    # The sort is stable: equals stay in the order of the data sources.
    found = sorted((it for it in scored if it[0]), key=lambda it: it[0])
    return [chunk for _, chunk in found[:count]]


def _create_chunks(
    account: Account, knowledge_base: KnowledgeBase, now: int
) -> Iterator[Chunk]:
    for source in knowledge_base.data_sources.values():
        last = account.jobs.last_source_job(knowledge_base.uuid, source.uuid, now)
        if last is not None and last["status"] in _INDEXED:
            yield from _split(source)


def _split(source: DataSource) -> Iterator[Chunk]:
    name = str(next(iter(source.details.values())))
    sentences = create_rng(source.uuid).sample(_SENTENCES, k=4)
    for page, sentence in enumerate(sentences, start=1):
        metadata = {"item_name": name, "page": page, "data_source_uuid": source.uuid}
        yield Chunk(f"{name}, page {page}. {sentence}", metadata)


_Condition = tuple[str, str, object]


def _read(filters: Message, name: str) -> list[_Condition]:
    return [
        (
            it.required_string("field"),
            it.enum("operator", tuple(_COMPARE)),
            it.fields.get("value"),
        )
        for it in filters.messages(name)
    ]


def _passes(
    metadata: Mapping[str, object], groups: Sequence[Sequence[_Condition]]
) -> bool:
    must, must_not, should = (
        [
            _COMPARE[operator](metadata.get(field), value)
            for field, operator, value in it
        ]
        for it in groups
    )
    return all(must) and not any(must_not) and (any(should) or not should)


def _sorts(one: object, other: object, sign: int) -> bool:
    """Return whether the first is greater (1) or less (-1), if they compare at all."""
    if isinstance(one, str) and isinstance(other, str):
        return one > other if sign > 0 else one < other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one > other if sign > 0 else one < other
    return False
