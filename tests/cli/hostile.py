"""Strings of a server that must not become anything but text."""

from __future__ import annotations

import json
from typing import Final

HOSTILE: Final = (
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP1$r\x1b\\",
    "\x9b31m",
    "\x00",
    "\x07\x08\x0b\x0c\x7f",
    "a\rb",
    "a\nb",
    "a\r\nerror: fake",
    "a\tb",
    "\u2028line\u2029paragraph",
    "\x85next",
    "\u202egnp.exe",
    "\u2066isolate\u2069\u200f\u200e",
    "\u200bzero\u200dwidth\ufeff",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|'/C calc'!A0",
    '","\n=1+1,"',
    "'quoted' \"twice\" \\",
    "<script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    "\"><svg onload='alert(1)'>",
    "&lt;b&gt; &amp; &#x3c;",
    "<!-- ]]> -->",
    "[red]markup[/red] :smile: %s {0} ${HOME}",
    "x" * 20_000,
    "\U0001d49c\U0001f3f4\u200d\u2620\ufe0fe\u0301" * 50,
    "مرحبا שלום",
)
"""Escape sequences, bidirectional text, formulas, markup, long and odd text."""


def list_body(member: str, items: list[dict[str, object]]) -> bytes:
    """Return a list with one page, as the API does."""
    meta = {"total": len(items), "page": 1, "pages": 1}
    return json.dumps({member: items, "meta": meta, "links": {}}).encode()


def hostile_jobs() -> list[dict[str, object]]:
    """Return a job for each of the strings, which is in all of its texts."""
    return [
        {
            "uuid": f"{text}{number}",
            "knowledge_base_uuid": f"{text}base",
            "phase": "BATCH_JOB_PHASE_SUCCEEDED" if number % 2 else text,
            "status": "INDEX_JOB_STATUS_PARTIAL" if number % 2 else text,
            "created_at": "2026-10-31T08:05:00Z",
            "started_at": "2026-10-31T08:05:00Z",
            "finished_at": "2026-10-31T08:06:00Z",
            "total_tokens": "1000",
            "data_source_uuids": [text],
            "data_source_jobs": [
                {
                    "data_source_uuid": text,
                    "status": "DATA_SOURCE_STATUS_FAILED" if number % 2 else text,
                    "error_msg": text,
                    "error_details": text,
                }
            ],
        }
        for number, text in enumerate(HOSTILE)
    ]


def hostile_bases() -> list[dict[str, object]]:
    """Return a knowledge base with each of the strings as its name."""
    return [
        {"uuid": f"{text}base", "name": text, "embedding_model_uuid": text}
        for text in HOSTILE
    ]


def hostile_models() -> list[dict[str, object]]:
    """Return a model with each of the strings as its id."""
    return [
        {"uuid": text, "name": text, "pricing": {"input_price_per_million": 1.0}}
        for text in HOSTILE
    ]
