"""The commands for schedules, `gradient-async schedule`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter, Token

from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import write_note
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.listings.schedules import DAY_NAMES, SCHEDULES, name_day
from gradient_async.cli.selection import find_base_uuid
from gradient_async.client import Client
from gradient_async.errors import ConflictError, NotFoundError, UnknownNameError
from gradient_async.models import ScheduledIndexing
from gradient_async.printable import printable

_GROUPS: Final = {"daily": range(1, 8), "weekdays": range(1, 6)}


def parse_days(text: str) -> list[int]:
    """
    Parse days of the week: names, `daily`, `weekdays`, or numbers as in cron.

    Raises:
        ValueError: A day is none of these.
    """
    return [day for part in text.split(",") for day in _parse_part(part.strip())]


def _parse_part(part: str) -> Sequence[int]:
    word = part.lower()
    if word in _GROUPS:
        return _GROUPS[word]
    if word in DAY_NAMES:
        # From 1 on: Sunday is 7.
        return [DAY_NAMES.index(word, 1)]
    if word in map(str, range(len(DAY_NAMES))):
        return [int(word)]
    msg = f"{part!r} is no day: use mon, tue, wed, thu, fri, sat, sun, weekdays, daily"
    raise ValueError(msg)


def _convert_days(_: object, tokens: Sequence[Token]) -> list[int]:
    return parse_days(",".join(token.value for token in tokens))


async def get_schedule(
    knowledge_base: str,
    /,
    *,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Show the schedule by which the platform indexes a knowledge base.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        output: How to write the schedule.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        schedule = await _find(client, uuid, knowledge_base)
        await output.write_one(schedule, SCHEDULES)


async def _find(client: Client, uuid: str, text: str) -> ScheduledIndexing:
    """Return the schedule of a knowledge base, which the user named so."""
    try:
        return await client.scheduled_indexing.get(uuid)
    except NotFoundError:
        msg = f"there is no schedule of the knowledge base {printable(text)!r}"
    raise UnknownNameError(msg, name=text)


async def set_schedule(
    knowledge_base: str,
    /,
    *,
    days: Annotated[
        list[int],
        Parameter(converter=_convert_days, negative=(), consume_multiple=False),
    ],
    time: str,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Set the schedule of a knowledge base, in place of the one it has.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        days: Days of the week, as in `mon,thu`; `weekdays` or `daily`.
        time: Time of the day in UTC, as in `06:30`.
        output: How to write the schedule.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        schedule = await _replace(client, uuid, days, time)
        await output.write_one(schedule, SCHEDULES)


async def _replace(
    client: Client, uuid: str, days: Sequence[int], time: str
) -> ScheduledIndexing:
    """Create a schedule; only if there is one already, delete that first."""
    schedules = client.scheduled_indexing
    try:
        return await schedules.create(uuid, days=days, time=time)
    except ConflictError:
        before = await schedules.get(uuid)
    await schedules.delete(before.uuid)
    shown = f"{','.join(map(name_day, before.days))} {before.time}"
    write_note(f"removed the schedule that was set: {shown}")
    return await schedules.create(uuid, days=days, time=time)


async def remove_schedule(
    knowledge_base: str,
    /,
    *,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Remove the schedule of a knowledge base.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        schedule = await _find(client, uuid, knowledge_base)
        await client.scheduled_indexing.delete(schedule.uuid)
        write_note(f"removed the schedule of {uuid}")
