"""
Simulate leases: `python -m tests.simulation.leases` prints a table for the docs.

The decisions are those of the package, the server's rules those of `LeaseWorld`, and
time is that of a heap of events. With 20,000 accounts it takes some minutes.
"""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Iterator
from itertools import count
from statistics import mean, median

import attrs

from tests.shared.lease_world import LeaseWorld
from tests.simulation.polled_account import PolledAccount

# A round trip to the server, and the end of what was done with an account.
_ROUND_TRIP = 0.02

# Seconds at the start that are not measured.
_START = 120.0


@attrs.frozen(kw_only=True)
class Scenario:
    """How many accounts and workers, and what happens to them; times in seconds."""

    accounts: int = 20_000
    workers: int = 40
    seconds: float = 3600.0
    lease_seconds: float = 15.0
    interval: float = 30.0
    """Time between two polls of an account."""
    life: float = 3600.0
    """Mean time until a worker ends."""
    absence: float = 60.0
    """Mean time until another one takes its place."""
    leaving: float = 0.3
    """Share of the workers that leave; the others die."""
    seed: int = 1


class Simulation:
    """One run of a scenario; its attributes are what was measured."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.accounts = {
            f"account-{number}": PolledAccount(scenario.interval)
            for number in range(scenario.accounts)
        }
        self.deaths = self.departures = self.joins = 0
        self.takeovers: list[float] = []
        """Seconds without a holder, of each account whose holder died."""
        self.handovers: list[float] = []
        """The same for each account that was given up."""
        self.excess: list[float] = []
        """How much more than the even share a worker has at most, once a minute."""
        self.decisions: list[float] = []
        """Seconds that each decision took this machine."""
        self._random = random.Random(scenario.seed)
        self._world = LeaseWorld(self.accounts)
        self._numbers = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._now = 0.0
        self._alive: set[str] = set()
        # Who has seen the table as it is, and has nothing to do.
        self._settled: set[str] = set()

    def run(self) -> None:
        """Run the scenario; measure once all workers have joined."""
        for _ in range(self.scenario.workers):
            self._after(self._random.uniform(0, 5), self._join)
        self._after(_START, self._begin)
        end = _START + self.scenario.seconds
        while self._events[0][0] < end:
            self._now, _, act = heapq.heappop(self._events)
            act()
        for account in self.accounts.values():
            account.count(self._now)

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        event = (self._now + seconds, next(self._numbers), act)
        heapq.heappush(self._events, event)

    def _begin(self) -> None:
        """Forget what the start took."""
        self.deaths = self.departures = self.joins = 0
        self.takeovers.clear()
        self.handovers.clear()
        for account in self.accounts.values():
            account.begin(self._now)
        self._watch()

    def _watch(self) -> None:
        loads = self._world.loads.values()
        self.excess.append(max(loads) * len(loads) / len(self.accounts) - 1)
        self._after(60.0, self._watch)

    def _join(self) -> None:
        name = f"worker-{next(self._numbers)}"
        self.joins += 1
        self._alive.add(name)
        self._world.join(name)
        self._settled.clear()
        self._after(_ROUND_TRIP, lambda: self._act(name))
        self._after(self.scenario.lease_seconds / 3, lambda: self._renew(name))
        life = self._random.expovariate(1 / self.scenario.life)
        self._after(life, lambda: self._end(name))

    def _renew(self, name: str) -> None:
        """See what is to be done every third of the leases' time."""
        if name in self._alive:
            self._act(name)
            self._after(self.scenario.lease_seconds / 3, lambda: self._renew(name))

    def _act(self, name: str) -> None:
        """Take and give up accounts until there is nothing left to do."""
        if name not in self._alive - self._settled:
            return
        started = time.perf_counter()
        plan = self._world.plan(name)
        self.decisions.append(time.perf_counter() - started)
        if not (plan.take or plan.give_up):
            self._settled.add(name)
            return
        self._settled.clear()
        self._world.act(name, plan)
        for account in plan.give_up:
            self.accounts[account].lose(self._now, has_died=False)
        for account in plan.take:
            self._take(self.accounts[account])
        self._after(_ROUND_TRIP, lambda: self._act(name))

    def _take(self, account: PolledAccount) -> None:
        assert account.lost_at is not None
        times = self.takeovers if account.has_died else self.handovers
        times.append(self._now - account.lost_at)
        account.take(self._now)

    def _end(self, name: str) -> None:
        """Let a worker leave or die; another one comes later."""
        self._alive.remove(name)
        absence = self._random.expovariate(1 / self.scenario.absence)
        self._after(absence, self._join)
        has_died = self._random.random() >= self.scenario.leaving
        for account in self._world.table.held_by(name):
            self.accounts[account].lose(self._now, has_died=has_died)
        if has_died:
            self.deaths += 1
            # It has renewed its leases within the last third of their time.
            expiry = self.scenario.lease_seconds * self._random.uniform(2 / 3, 1)
            self._after(expiry, lambda: self._leave(name))
        else:
            self.departures += 1
            self._leave(name)

    def _leave(self, name: str) -> None:
        self._world.leave(name)
        self._settled.clear()


def describe(simulation: Simulation) -> Iterator[tuple[str, str]]:
    """Yield what was measured, in words."""
    scenario, accounts = simulation.scenario, simulation.accounts.values()
    yield "accounts, workers", f"{scenario.accounts:,}, {scenario.workers}"
    yield "time", f"{scenario.seconds / 3600:g} h"
    yield (
        "workers that died, left, joined",
        f"{simulation.deaths}, {simulation.departures}, {simulation.joins}",
    )
    yield "more than an even share, on average", f"{mean(simulation.excess):.1%}"
    yield "the same at most, minutes after a change", f"{max(simulation.excess):.1%}"
    for name, times in (
        ("taken over from a worker that died", simulation.takeovers),
        ("handed over, or left behind", simulation.handovers),
    ):
        yield f"accounts {name}", f"{len(times):,}"
        yield (
            "… seconds without a worker, median and most",
            f"{median(times):.1f}, {max(times):.1f}",
        )
    hours = scenario.seconds / 3600
    requests = [account.polls / hours for account in accounts]
    yield (
        "requests for one account in an hour, in one process",
        (f"{3600 / scenario.interval:.0f}"),
    )
    yield "the same here, mean and most", f"{mean(requests):.1f}, {max(requests):.0f}"
    gap = max(account.longest_gap for account in accounts)
    yield "longest time between two polls of an account", f"{gap:.0f} s"
    milliseconds = [1000 * it for it in simulation.decisions]
    yield (
        "a decision, median and most",
        f"{median(milliseconds):.0f}, {max(milliseconds):.0f} ms",
    )


def main(scenario: Scenario) -> None:
    """Run a scenario, and print it as a table in Markdown."""
    simulation = Simulation(scenario)
    simulation.run()
    print("| | |\n| --- | --- |")  # noqa: T201  (its purpose)
    for name, value in describe(simulation):
        print(f"| {name} | {value} |")  # noqa: T201  (its purpose)


if __name__ == "__main__":  # pragma: no branch
    main(Scenario())  # pragma: no cover  (that of the docs, which takes minutes)
