"""Jobs that progress, in an account of the emulator."""

from __future__ import annotations

from gradient_async import Client, IndexingJob
from gradient_async.emulator import Emulator

UNFINISHED = 5
"""Number of unfinished jobs that each account starts with."""


async def start_job(api: Emulator) -> IndexingJob:
    """
    Cancel the first account's unfinished jobs, and start one that progresses.

    It is pending for 2 seconds, and then takes 8 for each of several data sources.
    """
    uuids = [str(it["uuid"]) for it in api.knowledge_bases()]
    largest = max(uuids, key=lambda uuid: len(api.data_sources(uuid)))
    async with Client(api.token, base_url=api.url) as client:
        for uuid in api.job_uuids()[:UNFINISHED]:
            await client.indexing_jobs.cancel(uuid)
        return await client.indexing_jobs.create(largest)
