"""The demonstration: the same show, against a server of our own."""

from __future__ import annotations

import sys
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from gradient_async.cli.consoles import make_console
from gradient_async.cli.look import count
from gradient_async.cli.show import stream
from gradient_async.cli.tally import Tally
from gradient_async.client import Client
from gradient_async.emulator import Emulator
from gradient_async.paging.paginator import PREFETCH

_NEWCOMERS: Final = 12
"""Jobs that appear while the others are being read."""


async def demo(
    *,
    jobs: Annotated[int, Parameter(validator=Number(gte=0))] = 5000,
    prefetch: Annotated[int, Parameter(validator=Number(gte=1))] = PREFETCH,
    latency: Annotated[float, Parameter(validator=Number(gte=0, lte=10))] = 0.2,
) -> None:
    """
    Stream made-up jobs from a local server; needs no token and no network.

    Args:
        jobs: Jobs on the server.
        prefetch: Pages to ask for at once.
        latency: Seconds to the server and back; chance adds up to half of it.
    """
    tally = Tally()
    async with Emulator(jobs=jobs, latency=latency, jitter=latency / 2) as api:
        api.grow(_NEWCOMERS)
        greeting = f"A local server with {count(jobs, 'job')}: {api.url}"
        make_console(sys.stderr).print(greeting, style="dim", soft_wrap=True)
        async with Client(
            api.token, base_url=api.url, on_attempt=tally.count_request
        ) as client:
            await stream(client.iter_indexing_jobs(prefetch=prefetch), tally)
