"""What is asynchronous refuses the synchronous forms, and says what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gradient_async import Accounts, AiohttpTransport, Client

OPENED: list[Callable[[Client], Any]] = [
    lambda client: client,
    lambda _: Accounts({}),
    lambda _: AiohttpTransport(),
]

READ: list[Callable[[Client], Any]] = [
    lambda client: client.iter_indexing_jobs(),
    lambda client: client.feed().listen(),
    lambda _: Accounts({}).iter_indexing_jobs(),
    lambda _: Accounts({}).changes(),
]

EACH_READ: list[Callable[[Client], Any]] = [
    *READ,
    lambda client: client.indexing_jobs.changes(),
    lambda client: client.indexing_jobs.watch("job-1"),
    lambda client: client.indexing_jobs.as_completed(["job-1"]),
]


@pytest.mark.parametrize("create", [*OPENED, *READ, lambda client: client.feed()])
async def test_with(create: Callable[[Client], Any]) -> None:
    """`with` raises a TypeError that names `async with`; that closes the object."""
    async with create(Client("t")) as opened:
        name = type(opened).__name__
        with pytest.raises(TypeError, match=f"{name} is asynchronous: .*`async with`"):
            opened.__enter__()


@pytest.mark.parametrize("create", EACH_READ)
async def test_for(create: Callable[[Client], Any]) -> None:
    """`for` raises a TypeError that names `async for`."""
    read = create(Client("t"))

    with pytest.raises(TypeError, match=f"{type(read).__name__} is .*`async for`"):
        iter(read)
