"""The reader of docstrings finds all of them, and each attribute without one."""

from __future__ import annotations

from typing import Final

import pytest

from tests.support.docstrings import iter_docstrings, read_attributes

SOURCE: Final = '''
"""A module."""

LIMIT = 5
"""A constant."""

class House:
    """
    A house.

    It has rooms.
    """

    rooms: int
    """Number of rooms."""
    owner: str = ""
    """Name of the owner."""
    _key: str = ""

    def __init__(self, colour: str) -> None:
        self.colour: str = colour
        """Colour of the door."""
        self.height, self._depth = size = 1, 2
        """Height in metres."""
        plan = "local"
        if size:
            self.open = lambda: None
            """Opens the door."""
        else:
            self.open = print

    def paint(self) -> None:
        """Paint it."""
'''
DOCSTRINGS: Final = (
    "A module.",
    "A constant.",
    "A house.\n\n    It has rooms.",
    "Number of rooms.",
    "Name of the owner.",
    "Colour of the door.",
    "Height in metres.",
    "Opens the door.",
    "Paint it.",
)
ATTRIBUTES: Final = {
    "rooms": "Number of rooms.",
    "owner": "Name of the owner.",
    "colour": "Colour of the door.",
    "height": "Height in metres.",
    "open": "Opens the door.",
}


def test_docstrings() -> None:
    """Docstrings of modules, classes, functions and attributes are found."""
    found = {text: line for line, text in iter_docstrings(SOURCE)}

    assert sorted(DOCSTRINGS) == sorted(found)
    assert 2 == found["A module."]


def test_attributes() -> None:
    """Public attributes of the class and of `self` are found, and nothing else."""
    assert dict.fromkeys(ATTRIBUTES, True) == read_attributes(SOURCE, "House")


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_missing_docstring(name: str) -> None:
    """An attribute whose docstring was removed is found."""
    source = SOURCE.replace(f'"""{ATTRIBUTES[name]}"""', "pass")
    expected = dict.fromkeys(ATTRIBUTES, True) | {name: False}

    assert expected == read_attributes(source, "House")
