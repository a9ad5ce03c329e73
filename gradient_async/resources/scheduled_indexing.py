"""Schedules by which the platform indexes knowledge bases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import NoneType
from typing import Final

from gradient_async.checks import (
    check_instance,
    check_int,
    require_list,
    require_nonempty_str,
)
from gradient_async.errors import ConfigurationError
from gradient_async.models.scheduled_indexing import ScheduledIndexing
from gradient_async.resources.methods import calls
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource

_PATH: Final = "/v2/gen-ai/scheduled-indexing"
_CREATE: Final = Operation(
    "genai_create_scheduled_indexing", "POST", _PATH, ScheduledIndexing, "indexing_info"
)
_GET: Final = Operation(
    "genai_get_scheduled_indexing",
    "GET",
    _PATH + "/knowledge-base/{knowledge_base_uuid}",
    ScheduledIndexing,
    "indexing_info",
)
_DELETE: Final = Operation(
    "genai_delete_scheduled_indexing", "DELETE", _PATH + "/{uuid}", NoneType
)

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
        return await _CREATE.call(
            self._caller,
            knowledge_base_uuid=require_nonempty_str(
                "knowledge_base_uuid", knowledge_base_uuid
            ),
            days=_require_days(days),
            time=_require_time(time),
        )

    @calls(_GET)
    async def get(self, knowledge_base_uuid: str) -> ScheduledIndexing:
        """
        Fetch the schedule of a knowledge base.

        Raises:
            NotFoundError: There is no such knowledge base, or it has no schedule.
        """

    @calls(_DELETE)
    async def delete(self, uuid: str) -> None:
        """Delete a schedule by its own id."""


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
