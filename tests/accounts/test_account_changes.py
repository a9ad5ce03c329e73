"""What changed in several accounts, and their checkpoints as one value."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from gradient_async import (
    AccountItem,
    Accounts,
    AccountsError,
    Checkpoint,
    Checkpoints,
    IndexingJobPhase,
    JobEvent,
    JobState,
    RetryPolicy,
)
from gradient_async.accounts import ReportState
from gradient_async.emulator import Emulator, Fault
from gradient_async.errors import ConfigurationError, ServerError
from tests.support.streams import take
from tests.support.virtual_time import now

NAMES = ("a", "b", "c")
COUNT = 12
FULL = Checkpoint(
    account="0123456789abcdef",
    newest_uuid="job-1",
    count=3,
    unfinished={"job-1": JobState(phase=IndexingJobPhase.RUNNING)},
)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Emulator]:
    """Start an emulator with four accounts of 12 jobs."""
    async with Emulator(jobs=COUNT, accounts=4, limits=None) as emulator:
        yield emulator


def open_accounts(api: Emulator, **tokens: str) -> Accounts:
    """Open the accounts a, b and c, or others."""
    used = tokens or dict(zip(NAMES, api.tokens, strict=False))
    return Accounts(used, base_url=api.url, retry=RetryPolicy(attempts=1))


@pytest_asyncio.fixture
async def accounts(api: Emulator) -> AsyncIterator[Accounts]:
    """Open the accounts a, b and c."""
    async with open_accounts(api) as accounts:
        yield accounts


def by_account(
    items: list[AccountItem[JobEvent]],
) -> dict[str, list[tuple[str, str]]]:
    """Return kind and job of each event, account by account."""
    found: dict[str, list[tuple[str, str]]] = {}
    for account, event in items:
        assert account == event.account
        found.setdefault(account, []).append((event.kind.value, event.job.uuid))
    return found


def appeared(api: Emulator, index: int, count: int) -> list[tuple[str, str]]:
    """Return what `by_account` returns for the newest jobs of an account."""
    uuids = api.job_uuids(api.tokens[index])[:count]
    return [("appeared", uuid) for uuid in reversed(uuids)]


def all_appeared(api: Emulator) -> dict[str, list[tuple[str, str]]]:
    """Return what `by_account` returns for all jobs."""
    return {name: appeared(api, i, COUNT) for i, name in enumerate(NAMES)}


async def test_every_job_once(api: Emulator, accounts: Accounts) -> None:
    """The first time, each job of each account appears once, the oldest first."""
    changes = accounts.changes()
    events = by_account(await changes.collect())

    assert all_appeared(api) == events
    assert changes.is_complete
    assert "<AccountChanges of 3 accounts, 3 of them read>" == repr(changes)
    assert {COUNT} == {it.count for it in changes.checkpoints.values()}


async def test_only_what_is_new(
    api: Emulator, accounts: Accounts, tmp_path: Path
) -> None:
    """A later pass, from saved checkpoints, yields only what happened since."""
    path = tmp_path / "jobs.json"
    first = accounts.changes(Checkpoints.load(path))
    await first.collect()
    first.checkpoints.save(path)
    api.add_jobs(2, token=api.tokens[1])
    api.requests.clear()
    second = accounts.changes(Checkpoints.load(path))

    assert {"b": appeared(api, 1, 2)} == by_account(await second.collect())
    assert Counter({0: 1, 1: 1, 2: 1}) == Counter(it.account for it in api.requests)


async def test_break_and_resume(api: Emulator, accounts: Accounts) -> None:
    """Given up after any event, the next pass goes on right there in each account."""
    expected = all_appeared(api)
    for count in range(1, 3 * COUNT, 7):
        first = accounts.changes(per_page=5)
        events = await take(first, count)
        saved = Checkpoints.from_json(first.checkpoints.to_json())
        events += await accounts.changes(saved, per_page=5).collect()

        assert expected == by_account(events)


async def test_checkpoint_of_another_token(api: Emulator, accounts: Accounts) -> None:
    """It is refused for its account only, before anything is sent there."""
    first = accounts.changes()
    await first.collect()
    swapped = {**first.checkpoints, "a": first.checkpoints["b"]}
    api.requests.clear()
    api.add_jobs(1, token=api.tokens[1])
    changes = accounts.changes(swapped)
    events = []
    with pytest.raises(AccountsError) as caught:
        async for item in changes:
            events.append(item)

    assert {"b": appeared(api, 1, 1)} == by_account(events)
    assert ["a"] == list(caught.value.errors)
    error = caught.value.errors["a"]
    assert isinstance(error, ConfigurationError)
    assert "a" == error.account
    assert "of another account" in str(error)
    assert {1, 2} == {it.account for it in api.requests}
    assert swapped["a"] == changes.checkpoints["a"]


async def test_failures(api: Emulator, accounts: Accounts) -> None:
    """An account that fails does not stop the others, and is read on from there."""
    first = accounts.changes(per_page=5)
    api.fail(Fault(status=503, page=2, token=api.tokens[0]))
    events = []
    with pytest.raises(AccountsError) as caught:
        async for item in first:
            events.append(item)

    assert {"a": ServerError} == {
        name: type(error) for name, error in caught.value.errors.items()
    }
    states = {name: it.state for name, it in first.reports.items()}
    assert {
        "a": ReportState.PARTIAL,
        "b": ReportState.COMPLETE,
        "c": ReportState.COMPLETE,
    } == states
    assert 2 == first.checkpoints["a"].count
    events += await accounts.changes(first.checkpoints, per_page=5).collect()
    assert all_appeared(api) == by_account(events)


async def test_budget(api: Emulator, accounts: Accounts) -> None:
    """When the time is up the pass ends; the checkpoints have what was yielded."""
    api.fail(Fault(delay=100.0, token=api.tokens[2]))
    started = now()
    changes = accounts.changes(budget=5)
    events = await asyncio.create_task(changes.collect())

    assert started + 5 == pytest.approx(now(), abs=0.1)
    assert ReportState.UNFINISHED is changes.reports["c"].state
    events += await accounts.changes(changes.checkpoints).collect()
    assert all_appeared(api) == by_account(events)


async def test_closing(api: Emulator, accounts: Accounts) -> None:
    """A pass that is closed ends, and keeps its checkpoints."""
    async with accounts.changes(per_page=5) as changes:
        await anext(changes)

    assert [] == await changes.collect()
    assert 1 == sum(it.count for it in changes.checkpoints.values())


async def test_accounts_that_come_and_go(api: Emulator, accounts: Accounts) -> None:
    """A new account begins at its beginning; the checkpoint of an absent one stays."""
    first = accounts.changes()
    await first.collect()
    async with open_accounts(api, a=api.tokens[0], d=api.tokens[3]) as others:
        second = others.changes(first.checkpoints)
        events = by_account(await second.collect())

    assert {"d": appeared(api, 3, COUNT)} == events
    assert ["a", "b", "c", "d"] == sorted(second.checkpoints)
    assert first.checkpoints["b"] == second.checkpoints["b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"since": FULL}, "since must be a mapping or None, got Checkpoint"),
        ({"since": {"a": 5}}, "checkpoint of 'a' must be a Checkpoint, got int"),
        ({"since": {5: FULL}}, "the name of an account must be a string, got int"),
        ({"budget": 0}, "budget must be a positive number of seconds"),
        ({"on_error": "ignore"}, "on_error must be one of finish, raise, collect"),
        ({"per_page": 201}, "per_page must be an integer from 1 to 200, got 201"),
    ],
)
async def test_arguments(
    accounts: Accounts, arguments: dict[str, object], message: str
) -> None:
    """Invalid arguments are refused at once."""
    with pytest.raises(ConfigurationError, match=message):
        accounts.changes(**arguments)  # type: ignore[arg-type]  # the claim


CHECKPOINTS = Checkpoints({"a": FULL, "é\n": Checkpoint()})


def test_checkpoints_are_mappings() -> None:
    """Checkpoints are compared by value, and show nothing but their number."""
    assert 2 == len(CHECKPOINTS)
    assert FULL == CHECKPOINTS["a"]
    assert Checkpoints({"é\n": Checkpoint(), "a": FULL}) == CHECKPOINTS
    assert "<Checkpoints of 2 accounts>" == repr(CHECKPOINTS)
    with pytest.raises(KeyError):
        CHECKPOINTS["b"]


def test_checkpoints_do_not_change() -> None:
    """They are a copy of what they were made of."""
    source = {"a": FULL}
    checkpoints = Checkpoints(source)
    source.clear()

    assert {"a": FULL} == checkpoints


@pytest.mark.parametrize("content", [{}, {"a": FULL}, dict(CHECKPOINTS)])
def test_round_trip(content: Mapping[str, Checkpoint], tmp_path: Path) -> None:
    """JSON and files return the same checkpoints."""
    checkpoints, path = Checkpoints(content), tmp_path / "all.json"
    checkpoints.save(path)

    assert checkpoints == Checkpoints.from_json(checkpoints.to_json())
    assert checkpoints == Checkpoints.from_json(checkpoints.to_json().encode())
    assert checkpoints == Checkpoints.load(path)
    assert 0o600 == path.stat().st_mode & 0o777
    assert checkpoints.to_json() + "\n" == path.read_text("utf-8")
    assert "\n" not in checkpoints.to_json()


GOOD = FULL.to_json()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        b"\xff",
        '{"version": 1}',
        '{"version": 2, "checkpoints": {}}',
        '{"version": 1, "checkpoints": []}',
        '{"version": 1, "checkpoints": {}, "more": 1}',
        '{"version": 1, "checkpoints": {"a": null}}',
        '{"version": 1, "checkpoints": {"a": {}}}',
        '{"version": 1, "checkpoints": {"a": {"version": 1}}}',
        f'{{"version": 1, "checkpoints": {{"a": {GOOD.replace("3", "-3", 1)}}}}}',
        f'{{"version": 1, "checkpoints": {{"a": {GOOD}}}',
        GOOD,
    ],
)
def test_other_text_is_refused(text: str | bytes, tmp_path: Path) -> None:
    """Anything else is refused, as a whole; from a file, with its path."""
    with pytest.raises(ConfigurationError, match=r"^not (a|the) checkpoint"):
        Checkpoints.from_json(text)
    path = tmp_path / "all.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError, match=r"all\.json: not"):
        Checkpoints.load(path)


def test_refused_checkpoints_are_named(tmp_path: Path) -> None:
    """The error names the account whose checkpoint is wrong."""
    text = f'{{"version": 1, "checkpoints": {{"a": {GOOD}, "b": {{}}}}}}'
    path = tmp_path / "all.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="account b") as caught:
        Checkpoints.load(path)

    assert "b" == caught.value.account
