"""A response is about what was asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from gradient_async import ChunkingAlgorithm, Client, DecodeError, resources
from gradient_async.codec import JSON
from gradient_async.resources import job_calls
from gradient_async.testing import MemoryTransport, json_response
from gradient_async.transport.endpoint import Endpoint
from tests.resources.canned_calls import create_client, perform

Call = Callable[[Client, str], Awaitable[object]]

# The call, the place of the id in the response, and a response with such an id.
CALLS: list[tuple[Call, str, Callable[[str], JSON]]] = [
    (
        lambda client, uuid: client.indexing_jobs.get(uuid),
        "$.job.uuid",
        lambda uuid: {"job": {"uuid": uuid}},
    ),
    (
        lambda client, uuid: client.indexing_jobs.cancel(uuid),
        "$.job.uuid",
        lambda uuid: {"job": {"uuid": uuid}},
    ),
    (
        lambda client, uuid: client.indexing_jobs.list_for_knowledge_base(uuid),
        "$.jobs[1].knowledge_base_uuid",
        lambda uuid: {"jobs": [{}, {"knowledge_base_uuid": uuid}]},
    ),
    (
        lambda client, uuid: client.knowledge_bases.get(uuid),
        "$.knowledge_base.uuid",
        lambda uuid: {"knowledge_base": {"uuid": uuid}},
    ),
    (
        lambda client, uuid: client.knowledge_bases.update(uuid, name="b"),
        "$.knowledge_base.uuid",
        lambda uuid: {"knowledge_base": {"uuid": uuid}},
    ),
    (
        lambda client, uuid: client.data_sources.update(
            "k", uuid, chunking_algorithm=ChunkingAlgorithm.SEMANTIC
        ),
        "$.knowledge_base_data_source.uuid",
        lambda uuid: {"knowledge_base_data_source": {"uuid": uuid}},
    ),
    (
        lambda client, uuid: client.scheduled_indexing.get(uuid),
        "$.indexing_info.knowledge_base_uuid",
        lambda uuid: {"indexing_info": {"knowledge_base_uuid": uuid}},
    ),
]
EACH_CALL = pytest.mark.parametrize(
    ("call", "json_path", "respond"), CALLS, ids=[str(index) for index in range(7)]
)

UUID = "5a3c1f0e-94d2-11ef-bf8f-4e013e2ddde4"

SOURCES = "/v2/gen-ai/knowledge_bases/{knowledge_base_uuid}/data_sources"
# Responses of these have no id of their path: none at all, or none that is read.
WITHOUT_ECHO = {
    "DELETE /v2/gen-ai/knowledge_bases/{uuid}",
    f"DELETE {SOURCES}/{{data_source_uuid}}",
    "DELETE /v2/gen-ai/scheduled-indexing/{uuid}",
    "GET /v2/gen-ai/indexing_jobs/{indexing_job_uuid}/data_sources",
    "GET /v2/gen-ai/indexing_jobs/{indexing_job_uuid}/details_signed_url",
    f"GET {SOURCES}",
    f"POST {SOURCES}",
}


def _endpoints() -> Iterator[Endpoint]:
    modules = [getattr(resources, name) for name in dir(resources)]
    for module in (job_calls, *modules):
        for value in vars(module).values() if hasattr(module, "__dict__") else ():
            if isinstance(value, Endpoint):
                yield value


@EACH_CALL
async def test_another_id(
    call: Call, json_path: str, respond: Callable[[str], JSON]
) -> None:
    """A response about something else raises, names the place, and is final."""
    transport = MemoryTransport(lambda _: json_response(respond("other\n")))
    async with create_client(transport) as client:
        with pytest.raises(DecodeError, match="Expected the id 'asked', got") as caught:
            await call(client, "asked")

    assert json_path == caught.value.json_path
    assert 1 == len(transport.requests)


@EACH_CALL
@pytest.mark.parametrize(
    "returned", ["", UUID, UUID.upper(), UUID.replace("-", "")], ids=lambda it: it[:12]
)
async def test_the_same_id(
    returned: str, call: Call, json_path: str, respond: Callable[[str], JSON]
) -> None:
    """Absent ids, and other spellings of a UUID, are accepted."""
    await perform(lambda client: call(client, UUID), respond(returned))


def test_every_endpoint_with_an_id_is_checked() -> None:
    """An endpoint with an id in its path checks the response, where it has one."""
    unchecked = {
        f"{it.method} {it.template}"
        for it in _endpoints()
        if "{" in it.template and not it.echoes
    }

    assert WITHOUT_ECHO == unchecked
