"""What a process asks the server, when, and what it makes of the reply; no server."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gradient_async import RateLimit, SharedStoreError, Window
from gradient_async.shared.pacing.link import StoreLink
from gradient_async.shared.pacing.script import PacingReply
from gradient_async.shared.pacing.state import Question, TokenState
from gradient_async.transport.rate_limit_headers import Limits

WINDOWS = RateLimit([Window(10, 2.0), Window(100, 60.0)]).windows
GONE = SharedStoreError("gone")


def create(link: StoreLink | None = None, share: float | None = None) -> TokenState:
    """Create the state of one token."""
    return TokenState(WINDOWS, share, link or StoreLink(), 2.0)


def reply(**options: Any) -> PacingReply:
    """Create a reply of a server that was started at its time 500."""
    defaults: dict[str, Any] = {
        "now": 1000.0,
        "epoch": "500",
        "room": [9, 99],
        "processes": 2,
    }
    return PacingReply(**defaults | options)


def ask(state: TokenState, now: float, queued: int = 1, **options: Any) -> Question:
    """Run one exchange with the server, which grants one slot."""
    question = state.ask(now, queued)
    state.adopt(question, reply(**({"granted": 1} | options)), now)
    return question


def take(state: TokenState, now: float) -> int:
    """Take a slot that there must be."""
    number = state.take(now, queued=1)
    assert number is not None
    return number


def end(state: TokenState, number: int, now: float, queued: int = 0) -> None:
    """End a request that was sent."""
    state.release(number, now, queued, sent=True, limits=None)


def test_a_first_request() -> None:
    """Without a slot the server is asked at once, for one per request that waits."""
    state = create()
    assert (math.inf, -math.inf) == (state.ask_at(5.0, 0), state.ask_at(5.0, 1))
    request = state.ask(5.0, queued=3).request

    assert (3, 0, "", None) == (
        request.want,
        request.spare,
        request.epoch,
        request.valid_until,
    )
    assert 64 == state.ask(5.0, queued=1000).request.want


def test_spare_slots() -> None:
    """A busy process asks for more slots than it needs, and keeps them for a while."""
    state = create()
    ask(state, 5.0)
    take(state, 5.0)
    question = ask(state, 6.0, granted=4)
    assert (1, 3, 1) == (
        question.request.want,
        question.request.spare,
        question.request.first,
    )
    assert [1, 2, 3] == [take(state, 6.0), take(state, 7.0), take(state, 7.6)]
    # The fourth is too old.
    assert state.take(7.7, queued=1) is None
    assert [4] == state.ask(7.7, 1).request.report.unsent
    # No longer busy.
    assert 0 == state.ask(20.0, 1).request.spare


@pytest.mark.parametrize(
    ("expected", "queued", "ended", "rivals"),
    [
        # One script for one request would double what it costs.
        pytest.param(math.inf, 0, 1, 0, id="one"),
        pytest.param(6.0 + 5 / 3, 0, 2, 0, id="two"),
        # Half of the shortest window is early enough.
        pytest.param(7.0, 0, 1, 1, id="others wait"),
        pytest.param(7.0, 1, 1, 0, id="own requests wait"),
    ],
)
def test_when_ends_are_reported(
    expected: float, queued: int, ended: int, rivals: int
) -> None:
    """What has ended is reported in time for those who wait, with few scripts."""
    state = create()
    ask(state, 5.0, granted=ended, wait=50.0, rivals=rivals)
    for number in [take(state, 5.0) for _ in range(ended)]:
        end(state, number, 6.0, queued)

    assert math.isclose(expected, state.ask_at(6.0, queued))


@pytest.mark.parametrize(
    ("expected", "now", "rivals", "room"),
    [
        pytest.param(7.0, 6.0, 1, 99, id="others wait"),
        # Kept for the next request until it is old.
        pytest.param(5.0 + 5 / 3, 6.0, 0, 49, id="fresh"),
        pytest.param(7.0 + 5 / 3, 7.0, 0, 49, id="old, and little room"),
        pytest.param(math.inf, 7.0, 0, 99, id="old, and plenty of room"),
    ],
)
def test_when_slots_are_returned(
    expected: float, now: float, rivals: int, room: int
) -> None:
    """A slot that was not used is kept for a while, unless others wait for it."""
    state = create()
    ask(state, 5.0, rivals=rivals, room=[9, room])
    state.release(take(state, 5.0), 6.0, queued=0, sent=False, limits=None)
    state.return_spares(now, queued=0)

    assert math.isclose(expected, state.ask_at(now, 0))


def test_renewals() -> None:
    """A slot in flight is renewed after a third of its time."""
    state = create()
    ask(state, 5.0)
    number = take(state, 5.0)
    assert math.isclose(5.0 + 5 / 3, state.ask_at(5.0, 0))

    assert [number] == ask(state, 7.0, 0, granted=0).request.report.held
    assert not state.is_revoked(number, 11.9)
    assert state.is_revoked(number, 12.0)


def test_when_to_come_again() -> None:
    """A denied process comes again when the server says, and no earlier."""
    state = create()
    ask(state, 5.0, granted=0, wait=3.0, certain_wait=2.0)

    assert (8.0, 7.0) == (state.ask_at(5.0, 1), state.certain_at(5.0))
    assert 8.0 == state.wake_at(5.0, 1, is_asking=False)
    assert math.inf == state.wake_at(5.0, 1, is_asking=True)


def test_a_refusal() -> None:
    """A refusal is reported at once, and until the server has it."""
    state = create()
    ask(state, 5.0)
    number = take(state, 5.0)
    refused = Limits(retry_after=20.0, refused=True)
    state.release(number, 6.0, 0, sent=True, limits=refused)
    assert (6.0, 26.0) == (state.ask_at(6.0, 0), state.certain_at(6.0))
    lost = state.ask(6.0, 1)
    assert (20.0, 0) == (lost.request.block, lost.request.want)
    state.lose(lost)

    assert 19.0 == ask(state, 7.0, 0, granted=0, blocked=19.0).request.block
    assert 0.0 == ask(state, 8.0, 0, granted=0, blocked=18.0).request.block
    # Others may have been refused later.
    ask(state, 9.0, 0, granted=0, blocked=30.0)
    assert (39.0, 0.0) == (state.certain_at(9.0), state.ask(10.0, 0).request.block)


def test_the_limits_of_a_response() -> None:
    """What the latest response says is reported until the server has it."""
    state = create()
    ask(state, 5.0, granted=2)
    first, second = take(state, 5.0), take(state, 5.0)
    limits = Limits(remaining=7, reset_in=50.0)
    state.release(first, 6.0, 0, sent=True, limits=limits)
    question = state.ask(16.0, 1)
    assert (7, 40.0) == question.request.limits
    newer = Limits(remaining=6, reset_in=9999.0)
    state.release(second, 17.0, 0, sent=True, limits=newer)
    state.adopt(question, reply(), 18.0)

    assert (6, 3599.0) == ask(state, 18.0, granted=0).request.limits
    assert None is state.ask(19.0, 1).request.limits


def test_a_late_reply() -> None:
    """What ran too late is asked again, by the server's clock as it is now."""
    state = create()
    ask(state, 5.0)
    end(state, take(state, 5.0), 5.0)
    # 5 here is 1000 there, and a reply is waited for at most 2 s.
    late = state.ask(6.0, 2)
    assert 1003.0 == late.request.valid_until
    state.adopt(late, PacingReply(now=4000.0, is_late=True), 7.0)

    assert state.ask_at(7.0, 0) == 7.0 >= state.ask_at(7.0, 1)
    question = state.ask(7.0, 2)
    assert 4002.0 == question.request.valid_until
    unsent = [late.request.first + it for it in range(2 + late.request.spare)]
    assert unsent == sorted(question.request.report.unsent)


def test_on_its_own() -> None:
    """While the server is gone, each process has its share, and tries it again."""
    link = StoreLink()
    state = create(link)
    ask(state, 5.0)
    end(state, take(state, 5.0), 5.0)
    assert state.take(5.5, 1) is None
    link.fail(GONE, 6.0)
    assert (6.1, math.inf) == (state.ask_at(6.0, 1), state.ask_at(6.0, 0))

    # Half of the limit, with the one that has ended.
    numbers = [take(state, 6.0) for _ in range(4)]
    assert state.take(6.0, 1) is None
    # In use, even if nothing waits.
    assert 6.1 == state.ask_at(6.0, 0)
    assert 0 == state.ask(6.1, 1).request.want
    link.begin()
    assert 7.1 == state.ask_at(6.1, 1)
    for number in numbers:
        assert not state.is_revoked(number, 100.0)
        end(state, number, 6.2)
    assert 7.0 == state.wake_at(6.2, 1, is_asking=True)


def test_the_way_back() -> None:
    """Until the others are back as well, a process stays within its share."""
    link = StoreLink()
    state = create(link)
    ask(state, 5.0)
    end(state, take(state, 5.0), 5.0)
    link.fail(GONE, 6.0)
    numbers = [take(state, 6.0) for _ in range(4)]
    link.succeed(6.5)
    # The others have not come yet, and count nevertheless.
    question = ask(state, 6.5, 0, granted=0, processes=1)
    assert numbers == question.request.report.held
    for number in numbers:
        end(state, number, 6.6, queued=9)

    assert 7.0 == min(7.0, state.wake_at(6.6, 9, is_asking=False))
    request = state.ask(7.0, 9).request
    assert (1, 0) == (request.want, request.spare)
    state.adopt(state.ask(7.1, 0), reply(processes=1), 7.1)
    assert 9 == state.ask(9.5, 9).request.want


def test_data_that_was_lost() -> None:
    """All is reported again to a server with other data, and the share kept to."""
    link = StoreLink()
    state = create(link)
    ask(state, 5.0)
    end(state, take(state, 5.0), 5.5)
    ask(state, 6.0, 0, granted=0)
    assert "500" == state.ask(6.5, 1).request.epoch
    ask(state, 7.0, granted=0, epoch="600")

    request = state.ask(7.0, 1).request
    assert ("600", [(0, 1.5)]) == (request.epoch, request.report.ended)
    assert link.settled_at > 7.0


def test_refused_while_alone() -> None:
    """A refusal holds without the server, too."""
    link = StoreLink()
    state = create(link, share=1.0)
    link.fail(GONE, 5.0)
    refused = Limits(retry_after=20.0, refused=True)
    state.release(take(state, 5.0), 6.0, 0, sent=True, limits=refused)

    assert state.take(25.9, 1) is None
    assert state.take(26.0, 1) is not None


def test_the_link(caplog: pytest.LogCaptureFixture) -> None:
    """An outage is logged once, and the server is tried after growing pauses."""
    link = StoreLink()
    for now in range(3):
        link.begin()
        assert (now == 0) or now + 1.0 == link.retry_at(float(now))
        link.fail(GONE, float(now))
    assert 2.4 == link.retry_at(2.0)
    link.begin()
    link.abandon()
    assert 2.4 == link.retry_at(2.0)
    link.succeed(3.0)
    link.succeed(4.0)
    link.fail(LookupError("dop_v1"), 5.0)

    assert 5.1 == link.retry_at(5.0)
    assert ["WARNING", "WARNING"] == [it.levelname for it in caplog.records]
    assert "dop_v1" not in caplog.text
