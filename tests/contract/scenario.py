"""
A scenario that calls every covered operation with every argument.

Contract tests check the emulator's responses to it; `nox -s conformance` runs it
through Prism.
"""

from __future__ import annotations

from typing import Any

import attrs

from gradient_async import Client
from gradient_async.emulator import Emulator
from tests.contract.calls import CALLS, IDS

# In seconds: longer than any emulated job runs, shorter than a presigned URL lives.
_JOB_SECONDS = 600.0


@attrs.define
class Scenario:
    """Calls operations in turn, with the ids known so far."""

    client: Client
    api: Emulator
    ids: dict[str, str]

    async def call(self, *names: str) -> Any:
        """Call operations, named without `genai_`, and return the last result."""
        result: object = None
        for name in names:
            for call in CALLS[f"genai_{name}"]:
                result = await call.perform(self.client, self.ids)
        return result

    def set_ids(self, **ids: str) -> None:
        """Use these ids from the next call on."""
        self.ids |= ids


async def run_scenario(client: Client, api: Emulator) -> None:
    """Run through the life of a knowledge base, from its first file to its deletion."""
    # The emulator accepts some ids unchecked.
    scenario = Scenario(client, api, {**IDS})
    await _choose(scenario)
    await _build(scenario)
    await _index(scenario)
    await _schedule(scenario)
    await _route(scenario)
    await _cancel_remaining_jobs(scenario)
    await _read_all_lists(scenario)
    await scenario.call("delete_knowledge_base_data_source", "delete_knowledge_base")


async def _choose(scenario: Scenario) -> None:
    """Choose a region and a model, and create a presigned URL."""
    (region, *_) = await scenario.call("list_datacenter_regions")
    (model, *_) = await scenario.call("list_models")
    (upload, *_) = await scenario.call("create_data_source_file_upload_presigned_urls")
    scenario.set_ids(
        region=region.region,
        embedding_model_uuid=model.uuid,
        stored_object_key=upload.object_key,
    )


async def _build(scenario: Scenario) -> None:
    """Create a knowledge base with a data source of each kind, and add more."""
    base = await scenario.call("create_knowledge_base")
    scenario.set_ids(knowledge_base_uuid=base.uuid)
    source = await scenario.call("create_knowledge_base_data_source")
    scenario.set_ids(data_source_uuid=source.uuid)
    sources = await scenario.call(
        "update_knowledge_base_data_source", "list_knowledge_base_data_sources"
    )
    assert source.uuid in {it.uuid for it in sources}
    changed = await scenario.call(
        "update_knowledge_base", "list_knowledge_bases", "get_knowledge_base"
    )
    assert base.name != changed.name
    # The job that creating it has started.
    scenario.api.advance(_JOB_SECONDS)


async def _index(scenario: Scenario) -> None:
    """Run a job of one data source, then one of all, and cancel a third."""
    await _index_one_source(scenario)
    await _index_all_sources(scenario)
    job = await scenario.call("create_indexing_job")
    scenario.set_ids(indexing_job_uuid=job.uuid)
    await scenario.call("cancel_indexing_job")
    await _check_status(scenario, "cancelled")
    await scenario.call("list_indexing_jobs", "list_indexing_jobs_by_knowledge_base")


async def _index_one_source(scenario: Scenario) -> None:
    """Index one data source completely, and fetch the report's URL."""
    job = await scenario.call("create_indexing_job")
    scenario.set_ids(indexing_job_uuid=job.uuid)
    scenario.api.advance(_JOB_SECONDS)
    await _check_status(scenario, "completed")
    await scenario.call("get_indexing_job_details_signed_url")


async def _index_all_sources(scenario: Scenario) -> None:
    """Index all data sources; one, a file that was never uploaded, fails."""
    jobs = scenario.client.indexing_jobs
    job = await jobs.create(scenario.ids["knowledge_base_uuid"])
    scenario.set_ids(indexing_job_uuid=job.uuid)
    scenario.api.advance(_JOB_SECONDS)
    await _check_status(scenario, "partial")
    sources = await scenario.call("list_indexing_job_data_sources")
    assert {"updated", "not_updated", "failed"} == {
        it.status.name.lower() for it in sources
    }


async def _check_status(scenario: Scenario, status: str) -> None:
    """Fetch the current job, and check that it ended with this status."""
    ended = await scenario.call("get_indexing_job")
    assert status == ended.status.name.lower()


async def _schedule(scenario: Scenario) -> None:
    """Create a schedule, read it back, and delete it."""
    schedule = await scenario.call("create_scheduled_indexing")
    scenario.set_ids(schedule_uuid=schedule.uuid)
    assert schedule == await scenario.call("get_scheduled_indexing")
    await scenario.call("delete_scheduled_indexing")


async def _route(scenario: Scenario) -> None:
    """Choose models in the catalogue, and create, change and delete a router."""
    (entry, *_) = await scenario.call("list_model_catalog")
    scenario.ids["id"] = entry.id
    await scenario.call("get_model_catalog_card")
    await scenario.call("list_model_router_presets", "list_model_router_task_presets")
    router = await scenario.call("create_model_router", "create_model_router")
    scenario.ids["router_uuid"] = router.uuid
    (listed,) = await scenario.call("update_model_router", "list_model_routers")
    assert listed == await scenario.call("get_model_router")
    await scenario.call("delete_model_router")


async def _cancel_remaining_jobs(scenario: Scenario) -> None:
    """Cancel the emulator's own jobs that have not ended."""
    jobs = scenario.client.indexing_jobs
    async for job in jobs.list(statuses=["pending", "in_progress"]):
        await jobs.cancel(job.uuid)


async def _read_all_lists(scenario: Scenario) -> None:
    """Read each list from its first page to its last."""
    client = scenario.client
    assert await client.indexing_jobs.list(per_page=5).collect()
    assert await client.models.list(per_page=2).collect()
    async for base in client.knowledge_bases.list(per_page=2):
        assert await client.data_sources.list(base.uuid, per_page=2).collect()
