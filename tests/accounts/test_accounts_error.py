"""The error for several accounts: a group, plain values, and what its text shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from gradient_async import (
    AccountReport,
    AccountsError,
    AuthenticationError,
    GradientError,
    Health,
    ReportState,
    ServerError,
    UnknownAccountError,
)
from gradient_async.models import IndexingJob
from tests.accounts.fake_api import FakeApi, open_accounts
from tests.support.copies import copies_of


def create(count: int = 2) -> AccountsError:
    """Create an error about some accounts."""
    errors: dict[str, GradientError] = {
        f"a{it}": AuthenticationError("revoked", status=401, account=f"a{it}")
        for it in range(count - 1)
    }
    errors["down"] = ServerError("maintenance", status=503, account="down")
    reports = {
        "a0": AccountReport(
            account="a0", state=ReportState.FAILED, error=errors.get("a0")
        ),
        "fine": AccountReport(account="fine", state=ReportState.COMPLETE, items=7),
    }
    results = {"fine": IndexingJob(uuid="j"), "odd": {1: (2, {3})}}
    return AccountsError("it broke", errors=errors, reports=reports, results=results)


def test_it_is_a_group() -> None:
    """`except*` handles its errors by their class, and `except` the whole."""
    refused: list[BaseException] = []
    failed: list[BaseException] = []
    try:
        raise create(3)
    except* AuthenticationError as group:
        refused += group.exceptions
    except* ServerError as group:
        failed += group.exceptions

    assert (2, 1) == (len(refused), len(failed))
    assert isinstance(create(), GradientError)
    assert isinstance(create(), ExceptionGroup)
    error = create()
    assert [*error.errors.values()] == [*error.exceptions]


def test_the_rest_of_a_group() -> None:
    """What `except*` does not handle is raised on."""

    def handle() -> None:
        try:
            raise create()
        except* AuthenticationError:
            pass

    with pytest.raises(ExceptionGroup, match="it broke") as caught:
        handle()
    assert [ServerError] == [type(it) for it in caught.value.exceptions]


def test_the_text_names_the_accounts() -> None:
    """The text has each account and the class of its error, up to ten."""
    assert (
        "it broke (a0: AuthenticationError, down: ServerError). "
        "See `errors` for each account"
    ) == str(create())
    text = str(create(300))
    assert "a9: AuthenticationError, and 290 more)" in text
    assert "a10" not in text


def test_duplicates() -> None:
    """A copy has the same text, errors, members, reports, results and notes."""
    error = create()
    error.add_note("seen")
    for twin in copies_of(error):
        assert error is not twin
        assert str(error) == str(twin)
        assert error.to_dict() == twin.to_dict()
        assert [*twin.errors.values()] == [*twin.exceptions]
        assert ["seen"] == twin.__notes__


def test_plain_values() -> None:
    """`to_dict` is JSON: errors, reports and results by the accounts' names."""
    error = create()
    facts = error.to_dict()

    assert json.loads(json.dumps(facts)) == facts
    assert {name: it.to_dict() for name, it in error.errors.items()} == facts["errors"]
    assert {
        "account": "fine",
        "state": "complete",
        "items": 7,
        "drift": False,
        "error": None,
    } == error.reports["fine"].to_dict()
    assert error.reports["a0"].to_dict()["error"] == error.errors["a0"].to_dict()
    assert {name: it.to_dict() for name, it in error.reports.items()} == facts[
        "reports"
    ]
    results = {"fine": IndexingJob(uuid="j").to_dict(), "odd": {"1": [2, "{3}"]}}
    assert results == facts["results"]


def test_health_as_plain_values() -> None:
    """The health of an account is JSON, too."""
    health = Health(
        error=ServerError("down", status=503),
        remaining=7,
        reset_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    values = health.to_dict()

    assert json.loads(json.dumps(values)) == values
    assert (False, 7, "2026-01-01T00:00:00Z") == (
        values["ok"],
        values["remaining"],
        values["reset_at"],
    )
    assert {"ok": True, "remaining": None, "reset_at": None, "error": None} == (
        Health().to_dict()
    )


async def test_unknown_account() -> None:
    """A name that no account has is a KeyError, and a 404 for a web backend."""
    async with open_accounts(FakeApi({"a": []})) as accounts:
        with pytest.raises(KeyError) as caught:
            accounts["b"]

    error = caught.value
    assert isinstance(error, UnknownAccountError)
    assert (404, "no account named 'b'") == (error.http_status, error.message)
