"""Let the platform index a knowledge base by itself, week after week."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gradient_async.checks import check_instance, check_int
from gradient_async.errors import ConfigurationError
from gradient_async.models.scheduled_indexing import (
    ScheduledIndexing,
    ScheduledIndexingResponse,
)
from gradient_async.resources.arguments import body_of, read_items, read_text
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Endpoint

_CREATE: Final = Endpoint("POST", "/v2/gen-ai/scheduled-indexing")
_GET: Final = Endpoint(
    "GET", "/v2/gen-ai/scheduled-indexing/knowledge-base/{knowledge_base_uuid}"
)
_DELETE: Final = Endpoint("DELETE", "/v2/gen-ai/scheduled-indexing/{uuid}")

_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::00)?")


class ScheduledIndexings:
    """
    Schedules by which knowledge bases are indexed, `client.scheduled_indexing`.

    A knowledge base has one at most.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self, knowledge_base_uuid: str, *, days: Iterable[int], time: str
    ) -> ScheduledIndexing:
        """
        Let a knowledge base be indexed at a time of the day, on days of the week.

        Sends one request, and never a second one where the first may have been done.

        Args:
            knowledge_base_uuid: Id of the knowledge base.
            days: Days of the week, as cron counts them: 1 is Monday, 0 or 7 Sunday.
            time: Time of the day, `HH:MM`, in UTC; no schedule has seconds.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            ConflictError: The knowledge base has a schedule already.
            NotFoundError: The account has no such knowledge base.
            OutcomeUnknownError: The answer was lost; `get` tells whether it is there.
            GradientError: Whatever else a call may raise.

        Source: POST /v2/gen-ai/scheduled-indexing, `genai_create_scheduled_indexing`.
        """
        body = body_of(
            knowledge_base_uuid=read_text("knowledge_base_uuid", knowledge_base_uuid),
            days=_read_days(days),
            time=_read_time(time),
        )
        request = _CREATE.request(body=body)
        return (
            await self._caller.call(request, ScheduledIndexingResponse)
        ).indexing_info

    async def get(self, knowledge_base_uuid: str) -> ScheduledIndexing:
        """
        Get the schedule of a knowledge base.

        Sends one request, and again where a retry may help.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: There is no such knowledge base, or it has no schedule.
            GradientError: Whatever else a call may raise.

        Source: GET
        /v2/gen-ai/scheduled-indexing/knowledge-base/{knowledge_base_uuid},
        `genai_get_scheduled_indexing`.
        """
        request = _GET.request(knowledge_base_uuid=knowledge_base_uuid)
        return (
            await self._caller.call(request, ScheduledIndexingResponse)
        ).indexing_info

    async def delete(self, uuid: str) -> None:
        """
        Delete a schedule, by its own id.

        Sends one request, and again where a retry may help. If an answer is lost and
        the schedule is not there any more afterwards, that is success.

        Raises:
            ConfigurationError: The id could lead to another path; nothing was sent.
            NotFoundError: The account has no such schedule.
            GradientError: Whatever else a call may raise.

        Source: DELETE /v2/gen-ai/scheduled-indexing/{uuid},
        `genai_delete_scheduled_indexing`.
        """
        await self._caller.send(_DELETE.request(uuid=uuid))


def _read_days(days: Iterable[int]) -> tuple[int, ...]:
    numbers = read_items("days", days, "numbers")
    for number in numbers:
        check_int("each of days", number, minimum=0, maximum=7)
    if not numbers:
        msg = "days must name at least one day"
        raise ConfigurationError(msg)
    return numbers


def _read_time(time: str) -> str:
    check_instance("time", time, str, "a string")
    if not _TIME.fullmatch(time):
        msg = f"time must look like 06:30, not {time!r}"
        raise ConfigurationError(msg)
    return time[:5]
