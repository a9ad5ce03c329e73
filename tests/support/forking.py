"""
Use a client, fork, let the child do something with it, and use the client again.

Run as a command, because the test runner has threads. What runs in the child is not
measured: it ends without writing that down. Prints what the child and the
parent got, and how many connections and requests the server has seen.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import sys
from collections.abc import Callable, Mapping

from gradient_async import Client, GradientError
from tests.support.raw_server import RawServer, raw_response

KEPT = raw_response(b"[1]", connection="keep-alive")


async def call(client: Client) -> object:
    """Make a call."""
    return await client.request("GET", "/v2/x")


def write(result: object) -> None:
    """Print a line at once: a fork would have what is buffered, too."""
    sys.stdout.write(f"{result}\n")
    sys.stdout.flush()


def drop(clients: list[Client]) -> object:  # pragma: no cover
    """Drop the only reference to the client."""
    clients.clear()
    gc.collect()
    return "dropped"


def use(clients: list[Client]) -> object:  # pragma: no cover
    """Use the client of the parent in a loop of the child's own."""
    try:
        return asyncio.run(call(clients[0]))
    except GradientError as error:
        return type(error).__name__


def close(clients: list[Client]) -> object:  # pragma: no cover
    """Close the client of the parent."""
    asyncio.run(clients[0].aclose())
    drop(clients)
    return "closed"


def send(clients: list[Client]) -> object:  # pragma: no cover
    """Pickle the client, as a process that is spawned would need."""
    try:
        return pickle.dumps(clients[0])
    except TypeError as error:
        return str(error)


ACTS: Mapping[str, Callable[[list[Client]], object]] = {
    "drop": drop,
    "use": use,
    "close": close,
    "send": send,
}


def fork(act: Callable[[list[Client]], object], clients: list[Client]) -> None:
    """Do something in a child, and wait for its end."""
    child = os.fork()
    if not child:  # pragma: no cover  (it ends without writing down what it ran)
        # A new thread state: no loop is running in it.
        asyncio._set_running_loop(None)
        write(act(clients))
        os._exit(0)
    os.waitpid(child, 0)


async def main(act: Callable[[list[Client]], object]) -> None:
    """Print what happens."""
    async with RawServer(KEPT, keep_alive=True) as server:
        # Not in an `async with`, which would hold another reference.
        clients = [Client("t", base_url=server.url, timeout=5)]
        await call(clients[0])
        fork(act, clients)
        write(await call(clients[0]))
        write(f"{server.connections} {len(server.heads)}")
        await clients[0].aclose()


if __name__ == "__main__":  # pragma: no branch
    asyncio.run(main(ACTS[sys.argv[1]]))
