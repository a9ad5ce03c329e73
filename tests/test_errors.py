"""The error tree: its shape and messages, and that errors can be pickled."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

import gradient_async
from gradient_async import AccountsError, errors
from gradient_async.errors import (
    AmbiguousNameError,
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    DatabaseFailedError,
    DatabaseTimeoutError,
    DeadlineExceededError,
    DecodeError,
    GradientError,
    IndexingJobFailedError,
    IndexingJobRunningError,
    IndexingJobTimeoutError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    StatusError,
    TokenError,
    TransportError,
    UnexpectedRedirectError,
    UnknownNameError,
    UnprocessableEntityError,
    UploadError,
)
from gradient_async.errors.status import error_class
from gradient_async.models import IndexingJob, IndexingJobPhase, KnowledgeBase
from tests.support.copies import copies_of

FACTS: dict[str, Any] = {
    "account": "acme",
    "method": "GET",
    "path": "/v2/gen-ai/indexing_jobs",
    "sent": False,
    "limit": 1024,
    "retry_after": 29.5,
    "json_path": "$.jobs[3].total_tokens",
    "page": 7,
    "status": 418,
    "id": "teapot",
    "request_id": "req-1",
    "body": '{"id":"teapot"}',
    "cf_ray": "8f-FRA",
    "job": IndexingJob(uuid="a", phase=IndexingJobPhase.ERROR),
    "jobs": (IndexingJob(uuid="a"), IndexingJob(uuid="b", total_tokens=1)),
    "knowledge_base": KnowledgeBase(uuid="k", name="handbook"),
    "name": "handbook",
    "uuids": ("a", "b"),
    "sent_bytes": 1_000,
    "total_bytes": 50_000,
}
"""A value other than the default for each keyword argument of an error."""

PLACE: dict[str, Any] = {"method": "GET", "path": "/v2/x"}


def descendants(kind: type[GradientError]) -> Iterator[type[GradientError]]:
    """Yield a class and all its subclasses."""
    yield kind
    for child in kind.__subclasses__():
        yield from descendants(child)


# Each is imported when its name is first used.
assert all(hasattr(gradient_async, name) for name in gradient_async.__all__)
KINDS = sorted(set(descendants(GradientError)), key=lambda kind: kind.__name__)


def create_error(kind: type[GradientError]) -> GradientError:
    """Create an error with every attribute set, as it is after a call."""
    keywords = set(inspect.signature(kind.__init__).parameters) & FACTS.keys()
    error = kind("it broke", **{name: FACTS[name] for name in keywords})
    error.add_note("not tried again")
    return error.complete(attempts=3, elapsed=1.25)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_survive_pickle_and_copy(kind: type[GradientError]) -> None:
    """A pickled or copied error keeps its class, attributes, notes and text."""
    error = create_error(kind)
    for twin in copies_of(error):
        assert error is not twin
        assert kind is type(twin)
        assert error.args == twin.args
        assert vars(error) == vars(twin)
        assert str(error) == str(twin)


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_is_an_attribute(kind: type[GradientError]) -> None:
    """Each keyword argument of an error is an attribute of the same name."""
    given = set(inspect.signature(kind.__init__).parameters) & FACTS.keys()
    error = create_error(kind)

    assert {name: FACTS[name] for name in given} == {
        name: getattr(error, name) for name in given
    }
    assert (3, 1.25) == (error.attempts, error.elapsed)
    assert "it broke" == error.message


def test_a_failed_job_is_one_of_the_jobs() -> None:
    """An error about one job has it as its only element of `jobs`."""
    job = IndexingJob(uuid="a")

    assert (job,) == IndexingJobFailedError("it failed", job=job).jobs


@pytest.mark.parametrize("kind", KINDS)
def test_errors_have_no_other_attributes(kind: type[GradientError]) -> None:
    """An error has no attribute that could hold a header or a request body."""
    error = create_error(kind)
    always = {"message", "attempts", "elapsed", "__notes__"}
    # Of several accounts; they hold errors, and what the caller has asked for.
    always |= {"errors", "reports", "results"} if kind is AccountsError else set()

    assert set() == vars(error).keys() - FACTS.keys() - always


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_enough(kind: type[GradientError]) -> None:
    """An error created with only a message has no method, path or attempts."""
    error = kind("it broke")

    assert ("", "", 0, 0.0) == (
        error.method,
        error.path,
        error.attempts,
        error.elapsed,
    )
    assert "it broke" in str(error)
    assert "attempt" not in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_messages_say_what_where_and_what_to_try(kind: type[GradientError]) -> None:
    """The text of an error has its message, call and hint on one line."""
    error = create_error(kind)
    text = str(error)

    assert "it broke" in text
    assert "GET /v2/gen-ai/indexing_jobs, 3 attempts, 1.25 s" in text
    assert text.endswith(f". {error.hint}" if error.hint else ")")
    assert [text] == text.splitlines()


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        ("odd", GradientError("odd")),
        ("odd (GET /v2/x)", GradientError("odd", **PLACE)),
        ("odd (account acme)", GradientError("odd", account="acme")),
        (
            "odd (account acme, GET /v2/x)",
            GradientError("odd", account="acme", **PLACE),
        ),
        (
            "odd (account acme, GET /v2/x, 2 attempts, 0.50 s)",
            GradientError("odd", account="acme", **PLACE).complete(
                attempts=2, elapsed=0.5
            ),
        ),
        (
            (
                "the token function raised KeyError (GET /v2/x). Check where the token "
                "comes from: the variable, file, command or function"
            ),
            TokenError("the token function raised KeyError", **PLACE),
        ),
        (
            "odd (GET /v2/x, 1 attempt, 0.50 s)",
            GradientError("odd", **PLACE).complete(attempts=1, elapsed=0.5),
        ),
        (
            (
                "no route (GET /v2/x, 4 attempts, 3.00 s). "
                "Check the network, the proxy and the base URL"
            ),
            ConnectError("no route", **PLACE).complete(attempts=4, elapsed=3),
        ),
        (
            (
                "cannot decode the response at $.meta: Expected `object`, got `int` "
                "(GET /v2/x, 1 attempt, 0.10 s, request id r-1). The API, or something "
                "before it, sent another shape; nothing was guessed"
            ),
            DecodeError(
                "Expected `object`, got `int`",
                **PLACE,
                json_path="$.meta",
                request_id="r-1",
            ).complete(attempts=1, elapsed=0.1),
        ),
        (
            (
                "404 not_found: no such job (GET /v2/x, 1 attempt, 0.10 s, request id "
                "r-1). Check the id, the base URL, and that the token belongs to that "
                "account"
            ),
            NotFoundError(
                "no such job", **PLACE, status=404, id="not_found", request_id="r-1"
            ).complete(attempts=1, elapsed=0.1),
        ),
        (
            (
                "429: slow down (retry after 29 s). "
                "Wait `retry_after` seconds, or send fewer requests from elsewhere"
            ),
            RateLimitError("slow down", status=429, retry_after=29.0),
        ),
        (
            (
                "the connection broke, after 1,000 of 50,000 bytes (PUT /key). "
                "Upload it again, from the start"
            ),
            UploadError(
                "the connection broke",
                method="PUT",
                path="/key",
                sent_bytes=1_000,
                total_bytes=50_000,
            ),
        ),
        ("418", StatusError("", status=418)),
        ("418 tea", StatusError("", status=418, id="tea")),
        (
            (
                "closed. Make calls while the client, and the session passed to it, "
                "are open"
            ),
            ClientClosedError("closed"),
        ),
    ],
)
def test_messages(expected: str, error: GradientError) -> None:
    """Missing attributes leave no gap in the text."""
    assert expected == str(error)


def test_known_facts_are_kept() -> None:
    """Facts that are known already stay, and facts that an error lacks are ignored."""
    error = GradientError("odd", method="PUT", attempts=3)
    error.complete(method="GET", path="/v2/x", attempts=1, request_id="r-1")

    assert ("PUT", "/v2/x", 3) == (error.method, error.path, error.attempts)
    assert not hasattr(error, "request_id")


@pytest.mark.parametrize("kind", KINDS)
def test_errors_as_plain_values(kind: type[GradientError]) -> None:
    """`to_dict` has the type, the hint and every fact, as plain JSON values."""
    error = create_error(kind)
    facts = error.to_dict()

    assert (kind.__name__, error.hint) == (facts.pop("type"), facts.pop("hint"))
    assert vars(error).keys() - {"__notes__"} == facts.keys()
    assert json.loads(json.dumps(facts)) == facts


def test_jobs_of_errors_as_plain_values() -> None:
    """The jobs of an error are dictionaries, as `job.to_dict()` returns them."""
    job = IndexingJob(uuid="a", total_tokens=5)
    facts = IndexingJobFailedError("it failed", job=job).to_dict()

    assert (job.to_dict(), [job.to_dict()]) == (facts["job"], facts["jobs"])


@pytest.mark.parametrize(
    ("expected", "kind"),
    [
        (404, NotFoundError),
        (409, ConflictError),
        (404, UnknownNameError),
        (409, IndexingJobRunningError),
        (409, AmbiguousNameError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (504, DeadlineExceededError),
        (504, IndexingJobTimeoutError),
        (504, DatabaseTimeoutError),
        (502, DatabaseFailedError),
        (502, AuthenticationError),
        (502, ServerError),
        (502, TransportError),
        (502, DecodeError),
        (502, TokenError),
    ],
)
def test_statuses_for_web_backends(expected: int, kind: type[GradientError]) -> None:
    """A web backend can respond with `http_status`."""
    assert expected == kind("odd").http_status


@pytest.mark.parametrize("kind", KINDS)
def test_names_end_in_error(kind: type[GradientError]) -> None:
    """Every class of the tree has a name ending in Error, and a docstring."""
    assert kind.__name__.endswith("Error")
    assert vars(kind)["__doc__"]


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [(ConfigurationError, ValueError), (DeadlineExceededError, TimeoutError)],
)
def test_built_in_classes(kind: type[Exception], builtin: type[Exception]) -> None:
    """`except ValueError`, and `except TimeoutError`, catch errors of that kind."""
    assert issubclass(kind, builtin)


def test_unknown_outcomes_are_not_transport_errors() -> None:
    """Code that retries on transport errors does not repeat a lost POST."""
    assert not issubclass(OutcomeUnknownError, TransportError)


def test_lost_requests_count_as_sent() -> None:
    """By default, a transport error assumes that the request was sent."""
    assert TransportError("lost").sent


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        (UnexpectedRedirectError, range(300, 400)),
        (BadRequestError, [400]),
        (AuthenticationError, [401]),
        (PermissionDeniedError, [403]),
        (NotFoundError, [404]),
        (ConflictError, [409]),
        (UnprocessableEntityError, [422]),
        (RateLimitError, [429]),
        (ServerError, range(500, 600)),
        (StatusError, range(100, 300)),
        (
            StatusError,
            sorted({*range(400, 500)} - {400, 401, 403, 404, 409, 422, 429}),
        ),
    ],
)
def test_statuses(kind: type[StatusError], statuses: Iterable[int]) -> None:
    """Each status from 100 to 599 has one class; unusual ones have the base class."""
    assert {kind} == {error_class(status) for status in statuses}


LINE = re.compile(
    r"^(?P<indent>[ │├└─]*)(?P<name>\w+Error)(?: \((?P<other>\w+)\))?"
    r" *(?P<status>\dxx|\d{3})?",
    re.MULTILINE,
)


def read_drawn_tree() -> Iterator[tuple[str, ...]]:
    """Yield each class and its bases, as drawn in the module's docstring."""
    branch: list[str] = []
    for line in LINE.finditer(errors.__doc__ or ""):
        depth = len(line["indent"]) // 4 - 1
        branch[depth:] = [line["name"]]
        parent = branch[depth - 1] if depth else "Exception"
        yield (line["name"], parent, *filter(None, [line["other"]]))


def test_the_drawn_tree_is_complete() -> None:
    """The tree in the docstring has each class below its base, and no others."""
    real = [
        (
            kind.__name__,
            *(it.__name__ for it in kind.__bases__ if it.__name__[0] != "_"),
        )
        for kind in descendants(GradientError)
        if kind.__name__[0] != "_"
    ]

    assert sorted(real) == sorted(read_drawn_tree())


def test_the_drawn_statuses_are_right() -> None:
    """Each status next to a class in the docstring belongs to that class."""
    rows = [line for line in LINE.finditer(errors.__doc__ or "") if line["status"]]

    assert 9 == len(rows)
    assert [row["name"] for row in rows] == [
        error_class(int(row["status"].replace("x", "0"))).__name__ for row in rows
    ]
