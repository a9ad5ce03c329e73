"""Names that other SDKs have raise an error that names ours."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import pytest

from gradient_async import Client
from gradient_async.foreign_names import _NAMES, find_attribute
from gradient_async.resources import Resource
from tests.support.foreign import find_ours, owners

EXPLAINED = [(kind, name) for kind, names in _NAMES.items() for name in names]


def objects() -> Iterator[object]:
    """Yield a client and its resources, and a plain resource."""
    client = Client("t")
    yield client
    yield from owners(client).values()
    yield Resource(client._caller)


@pytest.fixture
def by_class() -> dict[str, object]:
    """Return the objects that explain names, by their classes."""
    return {type(it).__name__: it for it in objects()}


@pytest.mark.parametrize(("kind", "name"), EXPLAINED)
def test_names_of_other_sdks_are_explained(
    kind: str, name: str, by_class: dict[str, object]
) -> None:
    """The error is Python's own, with what to use instead, which exists."""
    standard = f"'{kind}' object has no attribute '{name}': "
    with pytest.raises(AttributeError, match=re.escape(standard)) as caught:
        getattr(by_class[kind], name)

    assert (name, by_class[kind]) == (caught.value.name, caught.value.obj)
    ours = re.findall(r"client(?:\.\w+)+", str(caught.value))
    assert [] == [it for it in ours if not find_ours(it)]


@pytest.mark.parametrize("name", ["no_such_name", "__deepcopy__", "_repr_html_"])
def test_other_names_are_not(name: str) -> None:
    """Whatever no SDK has raises Python's own error, unchanged."""
    for owner in objects():
        standard = f"{type(owner).__name__!r} object has no attribute {name!r}"
        with pytest.raises(AttributeError) as caught:
            getattr(owner, name)

        assert (standard, name) == (str(caught.value), caught.value.name)
        assert not hasattr(owner, name)
        assert name not in dir(owner)


def test_subclasses_explain_names() -> None:
    """A subclass of a client explains the same names."""

    class Mine(Client):
        pass

    with pytest.raises(AttributeError, match=r"'Mine' .* 'genai': use client\."):
        Mine("t").genai  # type: ignore[attr-defined]  # noqa: B018


def test_a_failing_property_keeps_its_error() -> None:
    """An AttributeError inside a property is raised as it is."""

    class Mine(Client):
        @property
        def broken(self) -> object:
            return self.absent  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="has no attribute 'absent'"):
        Mine("t").broken  # noqa: B018


def test_found_meanwhile() -> None:
    """An attribute that exists by now is returned."""
    assert find_attribute(Client("t", account="prod"), "account") == "prod"


def test_resources_can_be_copied() -> None:
    """A copy of a resource is one that uses the same client."""
    jobs = Client("t").indexing_jobs

    assert jobs._caller is copy.copy(jobs)._caller
