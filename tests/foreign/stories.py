"""
What people do with the SDKs `gradient` and `pydo`, from a new base to its end.

A story yields its calls and gets their results back, so one story serves both the
blocking and the asynchronous client of an SDK.
"""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AsyncExitStack, suppress
from importlib import import_module
from typing import Any, Final, TypeAlias
from urllib.request import urlopen

Story: TypeAlias = Generator[Any, Any, None]

_BASE: Final = {
    "name": "handbook",
    "region": "tor1",
    # GTE Large EN v1.5, which is public: programs have its id in their code.
    "embedding_model_uuid": "22653204-79ed-11ef-bf8f-4e013e2ddde4",
    "tags": ["docs"],
}
# The second cannot be reached, so there is something to explain.
_SITES: Final = ("https://example.com", "https://handbook.invalid")
_POLL_SECONDS: Final = 0.05


def follow_gradient(client: Any) -> Story:
    """Create, wait, index, wait, explain and delete with `gradient`."""
    bases, jobs = client.knowledge_bases, client.knowledge_bases.indexing_jobs
    uuid = (yield bases.create(**_BASE)).knowledge_base.uuid
    yield bases.wait_for_database(uuid, poll_interval=_POLL_SECONDS)
    for site in _SITES:
        source = {"base_url": site}
        yield bases.data_sources.create(uuid, web_crawler_data_source=source)
    job = (yield jobs.create(knowledge_base_uuid=uuid)).job
    ended = yield jobs.wait_for_completion(job.uuid, poll_interval=_POLL_SECONDS)
    details = yield jobs.retrieve_data_sources(job.uuid)
    report = yield jobs.retrieve_signed_url(job.uuid)
    deleted = yield bases.delete(uuid)
    left = yield bases.list(per_page=200)

    assert "INDEX_JOB_STATUS_PARTIAL" == ended.job.status
    assert ["", "source_not_found"] == sorted(
        it.error_msg or "" for it in details.indexed_data_sources
    )
    assert b"source_not_found" in _download(report.signed_url)
    assert uuid == deleted.uuid
    assert uuid not in {it.uuid for it in left.knowledge_bases}


def follow_pydo(client: Any) -> Story:
    """Create, wait, index, wait, explain and delete with `pydo`."""
    api = client.genai
    uuid = (yield api.create_knowledge_base(_BASE))["knowledge_base"]["uuid"]
    yield from _poll(
        lambda: api.get_knowledge_base(uuid),
        lambda it: it["database_status"] == "ONLINE",
    )
    for site in _SITES:
        source = {"web_crawler_data_source": {"base_url": site}}
        yield api.create_knowledge_base_data_source(uuid, source)
    job = (yield api.create_indexing_job({"knowledge_base_uuid": uuid}))["job"]["uuid"]
    ended = yield from _poll(
        lambda: api.get_indexing_job(job), lambda it: it["job"].get("finished_at")
    )
    details = yield api.list_indexing_job_data_sources(job)
    report = yield api.get_indexing_job_details_signed_url(job)
    deleted = yield api.delete_knowledge_base(uuid)
    missing = yield api.get_knowledge_base(uuid)

    assert "INDEX_JOB_STATUS_PARTIAL" == ended["job"]["status"]
    assert ["", "source_not_found"] == sorted(
        it.get("error_msg", "") for it in details["indexed_data_sources"]
    )
    assert b"source_not_found" in _download(report["signed_url"])
    assert uuid == deleted["uuid"]
    # pydo returns the body of a 404 as if it were the base.
    assert "not_found" == missing["id"]


async def run_stories(name: str) -> None:
    """Run the story of an SDK with its clients, which variables lead to an emulator."""
    for client in _create_clients(name):
        async with AsyncExitStack() as stack:
            if hasattr(client, "__aenter__"):
                await stack.enter_async_context(client)
            else:
                stack.enter_context(client)
            await _run(_STORIES[name](client))
        kind = "asynchronous" if hasattr(client, "__aenter__") else "blocking"
        print(f"{name}, {kind}: the story ends well")


_STORIES: Final[Mapping[str, Callable[[Any], Story]]] = {
    "gradient": follow_gradient,
    "pydo": follow_pydo,
}


def _create_clients(name: str) -> list[Any]:
    """Return the blocking and the asynchronous client of an SDK."""
    if name == "gradient":
        module = import_module(name)
        # They find the variables themselves.
        return [module.Gradient(), module.AsyncGradient()]
    token = os.environ["DIGITALOCEAN_ACCESS_TOKEN"]
    url = os.environ["DIGITALOCEAN_API_URL"]
    policies = import_module("azure.core.pipeline.policies")
    # Its own policy refuses to send a token over plain HTTP, also to this machine.
    sign = policies.HeadersPolicy({"Authorization": f"Bearer {token}"})
    modules = [import_module(it) for it in ("pydo", "pydo.aio")]
    return [
        it.Client(token, endpoint=url, authentication_policy=sign) for it in modules
    ]


async def _run(story: Story) -> None:
    """Make the calls of a story, and await those of an asynchronous client."""
    result = None
    with suppress(StopIteration):
        while True:
            call = story.send(result)
            result = await call if inspect.isawaitable(call) else call


def _poll(
    fetch: Callable[[], Any], is_done: Callable[[Any], object]
) -> Generator[Any, Any, Any]:
    """Fetch something until it is as awaited, and return it."""
    while not is_done(result := (yield fetch())):
        time.sleep(_POLL_SECONDS)
    return result


def _download(url: str) -> bytes:
    with urlopen(url) as response:
        return bytes(response.read())
