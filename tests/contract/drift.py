"""
Compare another description with the facts: `python -m tests.contract.drift FILE`.

Prints a line for each operation or schema that is new, gone or different: what to do
when DigitalOcean has changed its API.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.contract.extract import FACTS_PATH, extract
from tests.support.operations import OPERATIONS


def compare(known: str, found: str) -> Iterator[str]:
    """Iterate over the differences of two texts of facts."""
    kinds = zip(known.split("\n\n"), found.split("\n\n"), strict=True)
    for kind, (before, after) in zip(("operation", "schema"), kinds, strict=True):
        yield from _compare(kind, _index(before), _index(after))


def _index(lines: str) -> dict[str, list[str]]:
    """Return the parts of each line, by id or name."""
    parts = [line.split() for line in lines.splitlines()]
    # An operation begins with its method and path.
    return {it[2] if it[1].startswith("/") else it[0]: it for it in parts}


def _compare(
    kind: str, before: Mapping[str, list[str]], after: Mapping[str, list[str]]
) -> Iterator[str]:
    for name in sorted(after.keys() - before.keys()):
        yield f"new {kind}: {' '.join(after[name])}"
    for name in sorted(before.keys() - after.keys()):
        yield f"gone {kind}: {name}"
    for name in sorted(before.keys() & after.keys()):
        changes = [*_mark("+", after[name], before[name])]
        changes += _mark("-", before[name], after[name])
        if changes:
            yield f"changed {kind}: {name} {' '.join(changes)}"


def _mark(mark: str, parts: Iterable[str], others: Iterable[str]) -> Iterator[str]:
    return (f"{mark}{it}" for it in parts if it not in {*others})


def main() -> None:
    """Print what differs between the facts and a description."""
    (description,) = sys.argv[1:]
    found = extract(Path(description), OPERATIONS)
    for line in compare(FACTS_PATH.read_text(), found):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":  # pragma: no cover  (the tests call it)
    main()
