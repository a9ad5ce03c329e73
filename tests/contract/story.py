"""
One story that calls every operation of the area, each with every argument.

The contract looks at what the emulator answers; `nox -s conformance` asks Prism too.
"""

from __future__ import annotations

from typing import Any

import attrs

from gradient_async import Client
from gradient_async.emulator import Emulator
from tests.contract.calls import CALLS, Ids

# Longer than any job takes, and shorter than a signed URL is good for.
_LONG_ENOUGH = 600.0


@attrs.define
class Story:
    """Calls operations one after the other, with the ids known by then."""

    client: Client
    api: Emulator
    ids: Ids

    async def call(self, *names: str) -> Any:
        """Call operations, named without what all names begin with; give the last."""
        given: object = None
        for name in names:
            given = await CALLS[f"genai_{name}"](self.client, self.ids)
        return given

    def learn(self, **ids: str) -> None:
        """Take over ids that answers told."""
        self.ids = attrs.evolve(self.ids, **ids)


async def tell(client: Client, api: Emulator) -> None:
    """Go through the life of a knowledge base, from its first file to its end."""
    story = Story(client, api, _first_ids())
    await _choose(story)
    await _build(story)
    await _index(story)
    await _schedule(story)
    await _clear_up(story)
    await _look_around(story)
    await story.call("delete_knowledge_base_data_source", "delete_knowledge_base")


async def _choose(story: Story) -> None:
    """Look at what there is to choose from, and ask where a file may go."""
    (region, *_) = await story.call("list_datacenter_regions")
    (model, *_) = await story.call("list_models")
    (place, *_) = await story.call("create_data_source_file_upload_presigned_urls")
    story.learn(
        region=region.region,
        embedding_model_uuid=model.uuid,
        stored_object_key=place.object_key,
    )


async def _build(story: Story) -> None:
    """Make a knowledge base with a source of each kind, and add some."""
    base = await story.call("create_knowledge_base")
    story.learn(knowledge_base_uuid=base.uuid)
    source = await story.call("create_knowledge_base_data_source")
    story.learn(data_source_uuid=source.uuid)
    sources = await story.call(
        "update_knowledge_base_data_source", "list_knowledge_base_data_sources"
    )
    assert source.uuid in {it.uuid for it in sources}
    changed = await story.call(
        "update_knowledge_base", "list_knowledge_bases", "get_knowledge_base"
    )
    assert base.name != changed.name


async def _index(story: Story) -> None:
    """Let a job of one source end, then one of all, and cancel the next."""
    await _index_in_full(story)
    await _index_in_part(story)
    job = await story.call("create_indexing_job")
    story.learn(indexing_job_uuid=job.uuid)
    await story.call("cancel_indexing_job")
    await _check_end(story, "cancelled")
    await story.call("list_indexing_jobs", "list_indexing_jobs_by_knowledge_base")


async def _index_in_full(story: Story) -> None:
    """Index one source, and ask for the report."""
    job = await story.call("create_indexing_job")
    story.learn(indexing_job_uuid=job.uuid)
    story.api.advance(_LONG_ENOUGH)
    await _check_end(story, "completed")
    await story.call("get_indexing_job_details_signed_url")


async def _index_in_part(story: Story) -> None:
    """Index all sources; one is a file that was never uploaded, and fails."""
    jobs = story.client.indexing_jobs
    job = await jobs.create(story.ids.knowledge_base_uuid)
    story.learn(indexing_job_uuid=job.uuid)
    story.api.advance(_LONG_ENOUGH)
    await _check_end(story, "partial")
    sources = await story.call("list_indexing_job_data_sources")
    assert {"updated", "not_updated", "failed"} == {
        it.status.name.lower() for it in sources
    }


async def _check_end(story: Story, status: str) -> None:
    """Look at the job, which has ended so."""
    ended = await story.call("get_indexing_job")
    assert status == ended.status.name.lower()


async def _schedule(story: Story) -> None:
    """Make a schedule and take it back."""
    schedule = await story.call("create_scheduled_indexing")
    story.learn(schedule_uuid=schedule.uuid)
    assert schedule == await story.call("get_scheduled_indexing")
    await story.call("delete_scheduled_indexing")


async def _clear_up(story: Story) -> None:
    """Cancel the jobs of before that have not ended."""
    jobs = story.client.indexing_jobs
    async for job in jobs.list(statuses=["pending", "in_progress"]):
        await jobs.cancel(job.uuid)


async def _look_around(story: Story) -> None:
    """Read all there is, from the first page of each list to its last."""
    client = story.client
    assert await client.indexing_jobs.list(per_page=5).collect()
    assert await client.models.list(per_page=2).collect()
    async for base in client.knowledge_bases.list(per_page=2):
        assert await client.data_sources.list(base.uuid, per_page=2).collect()


def _first_ids() -> Ids:
    """Give ids that name nothing yet, and those that the emulator takes as they are."""
    named = {field.name: f"no-{field.name}-yet" for field in attrs.fields(Ids)}
    return Ids(**named)
