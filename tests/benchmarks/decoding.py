"""Cost of typed decoding: a page of 200 jobs, beside plain dictionaries."""

from __future__ import annotations

import timeit
from collections.abc import Callable

import orjson

from gradient_async.codec import Codec, make_converter
from tests.benchmarks.job_pages import PER_PAGE, JobPages
from tests.support.responses import (
    IndexingJobsResponse,
)

_RUNS, _REPEATS = 50, 15


def milliseconds(decode: Callable[[], object]) -> float:
    """Return the fastest of several rounds, which was disturbed least."""
    return min(timeit.repeat(decode, number=_RUNS, repeat=_REPEATS)) / _RUNS * 1e3


def main() -> None:
    """Print the times, and the ratio to plain dictionaries."""
    body = JobPages(PER_PAGE).render(1)
    fast, slow = Codec(), Codec(make_converter())
    kind = IndexingJobsResponse
    assert fast.decode(body, kind) == slow.decode(body, kind)
    measurements = {
        "orjson, to dictionaries": lambda: orjson.loads(body),
        "fast path, to attrs": lambda: fast.decode(body, kind),
        "converter, to attrs": lambda: slow.decode(body, kind),
    }
    times = {name: milliseconds(decode) for name, decode in measurements.items()}
    plain = times["orjson, to dictionaries"]
    print(f"a page of {PER_PAGE} jobs, two data sources each, {len(body):,} bytes")
    for name, took in times.items():
        print(f"{name:24} {took:7.3f} ms {took / plain:6.2f} x")


main()
