"""A transport that serves the jobs of many accounts, by token, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from gradient_async import Accounts
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from gradient_async.transport.credentials import Secret

Job: TypeAlias = Mapping[str, Any]

EPOCH: Final = datetime(2026, 11, 1, tzinfo=UTC)


def job(uuid: str, age: float | None = 0.0) -> Job:
    """Return the JSON of a job that is so many seconds old; None: of unknown age."""
    created_at = None if age is None else (EPOCH - timedelta(seconds=age)).isoformat()
    return {"uuid": uuid, "created_at": created_at}


def job_list(token: str, count: int, ages: Iterable[float | None] = ()) -> list[Job]:
    """Return the jobs of an account, newest first, with its token in their ids."""
    given = list(ages) or [float(index) for index in range(count)]
    return [job(f"{token}-{index}", given[index]) for index in range(count)]


class FakeApi(MemoryTransport):
    """
    Serves a list of jobs for each token, and records who asked for what.

    Each request takes `delay(token)` seconds. `respond`, if it returns a response or
    an error, replaces the page.
    """

    def __init__(
        self,
        lists: Mapping[str, list[Job]],
        *,
        delay: Callable[[str], float] = lambda _: 0.0,
        respond: Callable[[str, Request], Response | Exception | None] = (
            lambda _token, _request: None
        ),
    ) -> None:
        self.lists = dict(lists)
        self.delay = delay
        self.respond = respond
        super().__init__(lambda _: error(500))
        # With the token of each.
        self.requests: list[tuple[str, Request]] = []  # type: ignore[assignment]
        self.in_flight = 0
        self.most_in_flight = 0

    @property
    def tokens(self) -> list[str]:
        """The token of each request."""
        return [token for token, _ in self.requests]

    async def send(self, request: Request, *, base_url: str, token: Secret) -> Response:
        """Serve one request."""
        owner = token.reveal()
        self.requests.append((owner, request))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.delay(owner))
            outcome = self.respond(owner, request) or self._page(owner, request)
        finally:
            self.in_flight -= 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _page(self, token: str, request: Request) -> Response:
        jobs = self.lists[token]
        page, per_page = (int(str(request.params[it])) for it in ("page", "per_page"))
        first = (page - 1) * per_page
        total = len(jobs)
        pages = max(1, -(-total // per_page))
        return json_response(
            {
                "jobs": jobs[first : first + per_page],
                "meta": {"page": page, "pages": pages, "total": total},
            }
        )


def error(status: int, **headers: str) -> Response:
    """Return a response with an error status."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    content = {"id": "odd", "message": f"status {status}"}
    return json_response(content, status=status, headers=names)


def open_accounts(api: FakeApi, **options: Any) -> Accounts:
    """Return accounts named like their tokens, over the transport."""
    return Accounts({name: name for name in api.lists}, transport=api, **options)
