"""What an installation without extras brings along."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NEEDED = ("aiohttp", "attrs", "cattrs", "msgspec", "tenacity")
EXTRAS = {
    "cli": {"cyclopts", "rich"},
    "keyring": {"keyring"},
    "parquet": {"pyarrow"},
    "yaml": {"pyyaml"},
}


def requirements(name: str, extra: str = "") -> set[str]:
    """Return what a distribution requires on this machine, with one of its extras."""
    found = map(Requirement, requires(name) or ())
    return {
        canonicalize_name(it.name)
        for it in found
        if it.marker is None or it.marker.evaluate({"extra": extra})
    }


def everything(names: Iterable[str]) -> set[str]:
    """Return distributions with all that they require."""
    found: set[str] = set()
    waiting = {*names}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= requirements(name) - found
    return found


def test_no_more_than_five_libraries_are_needed() -> None:
    """Without extras, pip installs five libraries, and what these need themselves."""
    assert everything(NEEDED) == everything(requirements("gradient-async"))


def test_extras_bring_what_they_say() -> None:
    """Each extra adds its own libraries, and no other extra's."""
    plain = requirements("gradient-async")
    found = {it: requirements("gradient-async", it) - plain for it in EXTRAS}

    assert EXTRAS == found
