"""A response is about what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from gradient_async import DecodeError
from gradient_async.testing import MemoryTransport, Request, Response, json_response
from tests.contract.calls import CALLS, IDS
from tests.contract.facts import COVERED
from tests.contract.recording import full_response, set_id
from tests.resources.canned_calls import create_client

# Where the response repeats an id of the path.
PLACES: Final[Mapping[str, str]] = {
    "genai_cancel_indexing_job": "job.uuid",
    "genai_get_indexing_job": "job.uuid",
    "genai_get_knowledge_base": "knowledge_base.uuid",
    "genai_get_model_router": "model_router.uuid",
    "genai_get_scheduled_indexing": "indexing_info.knowledge_base_uuid",
    "genai_list_indexing_jobs_by_knowledge_base": "jobs.knowledge_base_uuid",
    "genai_update_knowledge_base": "knowledge_base.uuid",
    "genai_update_knowledge_base_data_source": "knowledge_base_data_source.uuid",
    "genai_update_model_router": "model_router.uuid",
}
UUID: Final = "5a3c1f0e-94d2-11ef-bf8f-4e013e2ddde4"


async def call(operation: str, uuid: str, returned: str | None) -> MemoryTransport:
    """Call an operation with an id; the response has another one, or none."""

    def respond(request: Request) -> Response:
        response: Any = full_response(COVERED[operation], request)
        set_id(response, PLACES[operation].split("."), returned)
        return json_response(response)

    transport = MemoryTransport(respond)
    async with create_client(transport) as client:
        await CALLS[operation][0].perform(client, dict.fromkeys(IDS, uuid))
    return transport


@pytest.mark.parametrize("operation", COVERED)
async def test_ids_that_are_expected(operation: str) -> None:
    """The response of each operation with an id must repeat it, where it has one."""
    fact = COVERED[operation]
    transport = MemoryTransport(lambda it: json_response(full_response(fact, it)))
    async with create_client(transport) as client:
        await CALLS[operation][0].perform(client, IDS)
    (request,) = transport.requests

    expected = {PLACES[operation]} if operation in PLACES else set()
    assert expected == request.echoes.keys()
    assert set(request.echoes.values()) <= set(IDS.values())


@pytest.mark.parametrize("operation", PLACES)
async def test_another_id(operation: str) -> None:
    """A response about something else raises, and names the place."""
    with pytest.raises(DecodeError, match="Expected the id 'asked', got") as caught:
        await call(operation, "asked", "other\n")

    assert caught.value.json_path is not None
    path = caught.value.json_path.replace("[0]", "")
    assert f"$.{PLACES[operation]}" == path


@pytest.mark.parametrize(
    ("shown", "returned"),
    [(f"'{UUID}'", UUID), ("something else", "dop_v1_0123456789abcdef\n")],
)
async def test_only_ids_are_shown(shown: str, returned: str) -> None:
    """What is no UUID is not shown: a server may repeat a secret."""
    with pytest.raises(DecodeError) as caught:
        await call("genai_get_indexing_job", "asked", returned)

    assert f"Expected the id 'asked', got {shown}" == caught.value.message


@pytest.mark.parametrize("operation", PLACES)
@pytest.mark.parametrize(
    "returned", ["", None, UUID, UUID.upper(), UUID.replace("-", "")]
)
async def test_the_same_id(operation: str, returned: str | None) -> None:
    """Absent ids, and other spellings of a UUID, are accepted."""
    assert 1 == len((await call(operation, UUID, returned)).requests)
