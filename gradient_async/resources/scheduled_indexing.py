"""Schedules by which the platform indexes knowledge bases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gradient_async.checks import (
    check_instance,
    check_int,
    require_list,
    require_nonempty_str,
)
from gradient_async.errors import ConfigurationError
from gradient_async.models.scheduled_indexing import (
    ScheduledIndexing,
    ScheduledIndexingResponse,
)
from gradient_async.resources.arguments import build_body
from gradient_async.resources.resource import Resource
from gradient_async.transport.endpoint import Endpoint
from gradient_async.transport.wire import Request

_CREATE: Final = Endpoint("POST", "/v2/gen-ai/scheduled-indexing")
_GET: Final = Endpoint(
    "GET",
    "/v2/gen-ai/scheduled-indexing/knowledge-base/{knowledge_base_uuid}",
    {"knowledge_base_uuid": "indexing_info.knowledge_base_uuid"},
)
_DELETE: Final = Endpoint("DELETE", "/v2/gen-ai/scheduled-indexing/{uuid}")

_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::00)?")


class ScheduledIndexings(Resource):
    """
    Schedules by which knowledge bases are indexed, `client.scheduled_indexing`.

    A knowledge base has at most one.
    """

    async def create(
        self, knowledge_base_uuid: str, *, days: Iterable[int], time: str
    ) -> ScheduledIndexing:
        """
        Create a schedule that indexes a knowledge base on given days of the week.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            days: Days of the week as in cron: 1 is Monday, 0 and 7 are Sunday.
            time: Time of the day in UTC, `HH:MM`; schedules have no seconds.

        Raises:
            ConflictError: The knowledge base already has a schedule.
            NotFoundError: There is no such knowledge base.
            OutcomeUnknownError: The response was lost; call `get` to see whether the
                schedule exists.

        Source: POST /v2/gen-ai/scheduled-indexing, `genai_create_scheduled_indexing`.
        """
        body = build_body(
            knowledge_base_uuid=require_nonempty_str(
                "knowledge_base_uuid", knowledge_base_uuid
            ),
            days=_require_days(days),
            time=_require_time(time),
        )
        return await self._fetch(_CREATE.request(body=body))

    async def get(self, knowledge_base_uuid: str) -> ScheduledIndexing:
        """
        Fetch the schedule of a knowledge base.

        Raises:
            NotFoundError: There is no such knowledge base, or it has no schedule.

        Source: GET
        /v2/gen-ai/scheduled-indexing/knowledge-base/{knowledge_base_uuid},
        `genai_get_scheduled_indexing`.
        """
        return await self._fetch(_GET.request(knowledge_base_uuid=knowledge_base_uuid))

    async def delete(self, uuid: str) -> None:
        """
        Delete a schedule by its own id.

        Raises:
            NotFoundError: There is no such schedule.

        Source: DELETE /v2/gen-ai/scheduled-indexing/{uuid},
        `genai_delete_scheduled_indexing`.
        """
        await self._caller.send(_DELETE.request(uuid=uuid))

    async def _fetch(self, request: Request) -> ScheduledIndexing:
        response = await self._caller.call(request, ScheduledIndexingResponse)
        return response.indexing_info


def _require_days(days: Iterable[int]) -> tuple[int, ...]:
    numbers = require_list("days", days, "integers")
    for number in numbers:
        check_int("each of days", number, minimum=0, maximum=7)
    if not numbers:
        msg = "days must not be empty"
        raise ConfigurationError(msg)
    return numbers


def _require_time(time: str) -> str:
    check_instance("time", time, str)
    if not _TIME.fullmatch(time):
        msg = f"time must look like 06:30, got {time!r}"
        raise ConfigurationError(msg)
    return time[:5]
