"""
Count the lines that an operation costs, by place: `python -m tests.contract.lines`.

Lines that are not blank, of the files of an area; what all areas share is not counted.
Fails where an area costs more than its limit, so that the price of an operation is a
decision.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

_ROOT: Final = Path(__file__).parents[2]
_PACKAGE: Final = _ROOT / "gradient_async"


class Area(NamedTuple):
    """An area: for each place its files, and its limit."""

    name: str
    files: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, float]

    def measure(self) -> Iterator[tuple[str, float]]:
        """Iterate over the places, each with its lines per operation."""
        for place, patterns in self.files.items():
            paths = [path for it in patterns for path in sorted(_ROOT.glob(it))]
            yield place, sum(map(count_lines, paths)) / self.operations

    @property
    def operations(self) -> int:
        """Number of operations of its resources."""
        paths = [path for it in self.files["resources"] for path in _ROOT.glob(it)]
        return sum(path.read_text().count('"genai_') for path in paths)


def count_lines(path: Path) -> int:
    """Return the number of lines of a file that are not blank."""
    return sum(bool(line.strip()) for line in path.read_text().splitlines())


_MODELS: Final = Area(
    "model catalogue and routers",
    {
        "resources": ("gradient_async/resources/model_*.py",),
        "models": ("gradient_async/models/model_*.py",),
        "emulator": ("gradient_async/emulator/domain/model_*.py",),
        "tests": ("tests/emulator/test_plain.py",),
    },
    {"resources": 19, "models": 23, "emulator": 14, "tests": 10},
)
_OTHERS: Final = Area(
    "all others",
    {
        "resources": (
            "gradient_async/resources/[dijkrs]*.py",
            "gradient_async/resources/models.py",
        ),
        "models": (
            "gradient_async/models/[dikrsu]*.py",
            "gradient_async/models/models.py",
        ),
        "emulator": (
            "gradient_async/emulator/handlers/[dik]*.py",
            "gradient_async/emulator/handlers/ca*.py",
            "gradient_async/emulator/handlers/st*.py",
            "gradient_async/emulator/domain/indexing.py",
            "gradient_async/emulator/domain/storage.py",
            "gradient_async/emulator/domain/*/*.py",
        ),
        "tests": (
            "tests/resources/*.py",
            "tests/models/*.py",
            "tests/emulator/*.py",
            "tests/contract/*.py",
        ),
    },
    {},
)


def main() -> None:
    """Print the table, and fail if a limit is exceeded."""
    exceeded = 0
    facts = (_ROOT / "tests" / "contract" / "facts.txt").read_text()
    covered = [line for line in facts.splitlines() if ">" in line]
    schemas = facts.partition("\n\n")[2].splitlines()
    cost = (len(covered) + len(schemas)) / len(covered)
    sys.stdout.write(f"facts: {cost:.1f} lines per operation\n")
    for area in (_MODELS, _OTHERS):
        sys.stdout.write(f"{area.name}, {area.operations} operations\n")
        for place, lines in area.measure():
            sys.stdout.write(f"  {place:10} {lines:6.1f} lines per operation\n")
            exceeded += lines > area.limits.get(place, lines)
    sys.exit(exceeded)


if __name__ == "__main__":
    main()
