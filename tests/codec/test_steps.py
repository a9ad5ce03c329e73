"""Large bodies are decoded in steps."""

from __future__ import annotations

import asyncio
import json

import pytest

from gradient_async.codec import Codec, make_converter
from gradient_async.codec.steps import STEP, decode_in_steps
from gradient_async.errors import DecodeError
from tests.support.responses import IndexingJobResponse, IndexingJobsResponse

ITEM = {"uuid": "u", "unknown": "x" * (STEP // 4)}


def page(*jobs: object) -> bytes:
    """Build a page of these jobs."""
    return json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}}).encode()


async def count_steps(body: bytes) -> int:
    """Return how often other tasks may run while a page is decoded."""
    task = asyncio.ensure_future(decode_in_steps(Codec(), body, IndexingJobsResponse))
    steps = 0
    while not task.done():
        steps += 1
        await asyncio.sleep(0)
    return steps


@pytest.mark.parametrize("codec", [Codec(), Codec(make_converter())])
async def test_a_page_decodes_to_the_same(codec: Codec) -> None:
    """The result is that of decoding it at once, also by a converter of one's own."""
    body = page(*[{**ITEM, "uuid": str(number)} for number in range(20)])

    expected = codec.decode(body, IndexingJobsResponse)
    assert expected == await decode_in_steps(codec, body, IndexingJobsResponse)


async def test_others_run_after_each_step() -> None:
    """Four items are a step here: each four more let others run once more."""
    few, many = (
        await count_steps(page(*[ITEM] * 4)),
        await count_steps(page(*[ITEM] * 40)),
    )

    assert 9 == many - few


@pytest.mark.parametrize("codec", [Codec(), Codec(make_converter())])
async def test_the_path_of_a_mismatch(codec: Codec) -> None:
    """An error has the path from the root, and the text of decoding at once."""
    body = page(*[ITEM] * 6, {"data_source_jobs": [{"error_msg": 1}]})
    with pytest.raises(DecodeError) as at_once:
        codec.decode(body, IndexingJobsResponse)
    with pytest.raises(DecodeError) as in_steps:
        await decode_in_steps(codec, body, IndexingJobsResponse)

    assert "$.jobs[6].data_source_jobs[0].error_msg" == in_steps.value.json_path
    assert str(at_once.value) == str(in_steps.value)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"jobs":[1,]}', b'{"jobs":[{}}', b'{"a":', b'{"\xff":1}']
)
async def test_what_is_no_page(body: bytes) -> None:
    """A body that is no JSON object fails as if it were decoded at once."""
    with pytest.raises(DecodeError) as at_once:
        Codec().decode(body, IndexingJobsResponse)
    with pytest.raises(DecodeError) as in_steps:
        await decode_in_steps(Codec(), body, IndexingJobsResponse)

    assert str(at_once.value) == str(in_steps.value)


async def test_a_response_without_a_list() -> None:
    """A single job decodes, too."""
    body = json.dumps({"job": ITEM}).encode()

    job = (await decode_in_steps(Codec(), body, IndexingJobResponse)).job
    assert "u" == job.uuid
