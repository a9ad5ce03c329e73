"""The command `emulator`: run a local API server until it is stopped."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from gradient_async.emulator import Emulator
from gradient_async.emulator.__main__ import serve
from gradient_async.emulator.core.limiter import DEFAULT_LIMITS
from gradient_async.errors import ConfigurationError


async def emulator(
    *,
    jobs: int = 200,
    accounts: int = 1,
    seed: int = 1,
    port: int = 0,
    latency: float = 0.0,
    speed: float = 1.0,
    database_seconds: float = 5.0,
    no_limits: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
) -> None:
    """
    Emulate the API on 127.0.0.1 with generated data, until Ctrl-C.

    It prints shell commands that point the command, and other clients, at it.

    Args:
        jobs: Number of indexing jobs of each account.
        accounts: Number of accounts, each with its own token.
        seed: Seed of the generated data.
        port: Port to listen on; 0 means a free one.
        latency: Seconds per round trip.
        speed: Speed of the server's clock.
        database_seconds: Seconds to create a database.
        no_limits: Turn off rate limits.
    """
    try:
        api = Emulator(
            jobs=jobs,
            accounts=accounts,
            seed=seed,
            port=port,
            latency=latency,
            speed=speed,
            database_seconds=database_seconds,
            limits=None if no_limits else DEFAULT_LIMITS,
        )
        await serve(api)
    except ValueError as error:
        problem = str(error)
    except OSError as error:
        problem = f"cannot listen on port {port}: {error.strerror}"
    else:
        return
    raise ConfigurationError(problem)
