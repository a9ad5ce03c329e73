"""Operations build requests of arguments, and response classes of their payload."""

from __future__ import annotations

from types import NoneType
from typing import Final

import pytest

from gradient_async.codec import Codec
from gradient_async.errors import ConfigurationError
from gradient_async.models import IndexingJob, IndexingJobStatus, Region
from gradient_async.resources.list_operation import ListOperation
from gradient_async.resources.operation import Operation
from gradient_async.transport.wire import Request

PATH: Final = "/v2/bases/{base}"
GET: Final = Operation("get", "GET", PATH, IndexingJob, "job")
PUT: Final = Operation("update", "PUT", PATH, IndexingJob, "job")
POST: Final = Operation("create", "POST", "/v2/bases", IndexingJob, "job")
DELETE: Final = Operation("delete", "DELETE", PATH, NoneType)
LIST: Final = ListOperation("list", PATH + "/jobs", IndexingJob, "jobs")


def request(
    method: str, path: str, body: bytes | None = None, **params: str | list[str]
) -> Request:
    """Return a request."""
    return Request(method=method, path=path, body=body, params=params)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (request("GET", "/v2/bases/a%20b"), GET.request(base="a b")),
        (request("GET", "/v2/bases/a"), GET.request(base="a", x=None, y=())),
        (
            request("GET", "/v2/bases/a", flag="true", size="5", name="x y"),
            GET.request(base="a", flag=True, size=5, name="x y"),
        ),
        (
            request("GET", "/v2/bases/a", kinds=["INDEX_JOB_STATUS_FAILED", "b"]),
            GET.request(base="a", kinds=("b", IndexingJobStatus.FAILED)),
        ),
        (
            request("DELETE", "/v2/bases/a", all="false"),
            DELETE.request(base="a", all=False),
        ),
        (
            request("GET", "/v2/bases/a/jobs", x="1"),
            LIST.request(base="a", x=1, y=None),
        ),
        (
            request("POST", "/v2/bases", b'{"name":"x","tags":[],"flag":false}'),
            POST.request(name="x", tags=(), flag=False, other=None),
        ),
        (
            request("PUT", "/v2/bases/a", b'{"base":"a","name":"x"}'),
            PUT.request(base="a", name="x", other=None),
        ),
        (request("PUT", "/v2/bases/a", b'{"base":"a"}'), PUT.request(base="a")),
    ],
)
def test_requests(expected: Request, actual: Request) -> None:
    """Ids go into the path, the rest into the query or body; None is left out."""
    assert expected == actual


def test_nothing_to_change() -> None:
    """A change whose arguments are all None names them."""
    with pytest.raises(ConfigurationError, match="nothing to change: pass a or b"):
        PUT.request(base="a", a=None, b=None)


def test_responses() -> None:
    """A response class has the payload under its key; an empty list may be absent."""
    regions = Operation("list", "GET", PATH, tuple[Region, ...], "regions")
    decode = Codec().decode

    assert IndexingJob(uuid="a") == decode(b'{"job": {"uuid": "a"}}', GET.response).job
    assert () == decode(b"{}", regions.response).regions
    assert (Region(),) == decode(b'{"regions": [{}]}', regions.response).regions
    assert GET.response is PUT.response
    assert (IndexingJob(),) == decode(b'{"jobs": [{}]}', LIST.response).items
