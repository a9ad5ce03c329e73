"""The simulation, made small: every account has a worker soon, and few requests."""

from __future__ import annotations

from statistics import quantiles

import pytest

from tests.simulation.leases import Scenario, Simulation, main

SMALL = Scenario(accounts=400, workers=8, life=900.0)


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    """Run an hour with a few workers, each of which ends after a quarter of it."""
    simulation = Simulation(SMALL)
    simulation.run()
    return simulation


def test_takeovers(simulation: Simulation) -> None:
    """A worker that dies is replaced within the lease's time and a third of it.

    Unless the one that should replace it dies, too.
    """
    assert simulation.deaths > 10
    assert 10.0 < quantiles(simulation.takeovers, n=10)[-1] <= 20.1
    assert max(simulation.takeovers) <= 40.1


def test_handovers(simulation: Simulation) -> None:
    """An account that is given up is taken within a third of the lease's time."""
    assert simulation.departures > 3
    assert quantiles(simulation.handovers, n=10)[-1] <= 5.1


def test_polls(simulation: Simulation) -> None:
    """No account waits longer than one poll and a takeover, or costs much more."""
    accounts = simulation.accounts.values()
    assert 30.0 < max(it.longest_gap for it in accounts) <= 70.1
    assert all(114 <= it.polls <= 140 for it in accounts)


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The table has the figures of the scenario."""
    main(SMALL)
    head, _, first, *rest = capsys.readouterr().out.splitlines()
    assert "| | |" == head
    assert "| accounts, workers | 400, 8 |" == first
    assert "| requests for one account in an hour, in one process | 120 |" in rest
