"""
The tables of the pages on migration: what they say about this package is true.

`nox -s foreign` checks what they say about the other SDKs.
"""

from __future__ import annotations

import attrs
import pytest

from gradient_async import Client, GradientError
from tests.support.foreign import (
    PAGES,
    Call,
    find_ours,
    owners,
    parameter_names,
    read_rows,
)

SECTIONS = [
    (page, section, "client." if section == "Calls" else "")
    for page in PAGES.values()
    for section in ("The client", "Calls")
]


@pytest.mark.parametrize(("page", "section", "prefix"), SECTIONS)
def test_our_calls_exist(page: str, section: str, prefix: str) -> None:
    """Each call in the middle column exists, with the parameters shown."""
    rows = read_rows(page, section)
    calls = [attrs.evolve(it, path=prefix + it.path) for row in rows for it in row.ours]

    assert [] == [it for it in calls if not exists(it)]
    assert len(rows) > 4


def exists(call: Call) -> bool:
    """Return whether this package has a call, with the parameters shown."""
    method = find_ours(call.path)
    return method is not None and call.parameters <= parameter_names(method)


@pytest.mark.parametrize("page", PAGES.values())
def test_our_errors_exist(page: str) -> None:
    """Each error in the middle column exists."""
    names = {call.path for row in read_rows(page, "Errors") for call in row.ours}
    wrong = {
        name
        for name in names
        if not issubclass(find_ours(name) or object, GradientError)
    }

    assert set() == wrong


def test_pydo_has_a_counterpart_of_each_method() -> None:
    """As pydo covers the whole API, its page names every method of each resource."""
    named = {
        call.path for row in read_rows(PAGES["pydo"], "Calls") for call in row.ours
    }
    # These are made of other calls.
    named |= {f"indexing_jobs.{it}" for it in ("wait_all", "as_completed")}
    named |= {f"indexing_jobs.{it}" for it in ("changes", "feed", "start_when_ready")}
    # These are not in the API's description, or are made of other calls, too.
    names = ("find", "retrieve", "wait_until_online")
    named |= {f"knowledge_bases.{it}" for it in names}
    methods = {
        f"{owner}.{name}"
        for owner, resource in owners(Client("t")).items()
        for name in dir(resource)
        if not name.startswith("_")
    }

    assert set() == methods - named
