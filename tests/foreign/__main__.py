"""
Run the checks with what others have written: `python -m tests.foreign CHECK`.

- `gradient` or `pydo`, where the SDK is installed: the page on migration, and a story.
- `typescript FOLDER`, where npm has installed the SDK: a story.
- `schemathesis DESCRIPTION`, where it is installed: generated requests.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from tests.foreign.command import run_emulator
from tests.foreign.generated import check_generated
from tests.foreign.pages import check_page
from tests.foreign.stories import run_stories

# A job of two data sources takes 18 seconds of the emulator's time.
_OPTIONS: Final = ("--jobs=5", "--speed=100")
_TYPESCRIPT_STORY: Final = Path(__file__).with_name("story.cjs")


def main(check: str, *arguments: str) -> None:
    """Run one check, and print how long it took."""
    began = time.perf_counter()
    if check == "schemathesis":
        check_generated(Path(arguments[0]))
    elif check == "typescript":
        _check_typescript(Path(arguments[0]))
    else:
        _check_sdk(check)
    print(f"{check}: {time.perf_counter() - began:.1f} s")


def _check_sdk(name: str) -> None:
    check_page(name)
    with run_emulator(*_OPTIONS) as variables:
        os.environ.update(variables)
        asyncio.run(run_stories(name))


def _check_typescript(folder: Path) -> None:
    modules = {"NODE_PATH": str(folder / "node_modules")}
    with run_emulator(*_OPTIONS) as variables:
        subprocess.run(
            ["node", _TYPESCRIPT_STORY],
            env=os.environ | modules | dict(variables),
            check=True,
        )


main(*sys.argv[1:])
