"""`python -m gradient_async.emulator`: run the server until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from gradient_async.emulator.emulator import Emulator
from gradient_async.emulator.http.limiter import DEFAULT_LIMITS


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments`, by default those of the process."""
    parser = create_parser()
    options = parser.parse_args(arguments)
    try:
        asyncio.run(serve(create_emulator(options)))
    except (ValueError, OSError) as error:
        parser.error(str(error))


def create_parser() -> argparse.ArgumentParser:
    """Create the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m gradient_async.emulator",
        description="Serve made-up knowledge bases and indexing jobs on 127.0.0.1.",
    )
    parser.add_argument("--jobs", type=int, default=200, help="jobs of each account")
    parser.add_argument("--accounts", type=int, default=1, help="number of accounts")
    parser.add_argument("--seed", type=int, default=1, help="what the data depends on")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--no-limits", action="store_true", help="limit no requests")
    parser.add_argument(
        "--latency", type=float, default=0.0, help="seconds to the server and back"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how fast indexing jobs move"
    )
    return parser


def create_emulator(options: argparse.Namespace) -> Emulator:
    """Create the emulator that the command line describes."""
    return Emulator(
        jobs=options.jobs,
        accounts=options.accounts,
        seed=options.seed,
        port=options.port,
        limits=None if options.no_limits else DEFAULT_LIMITS,
        latency=options.latency,
        speed=options.speed,
    )


def describe(api: Emulator) -> str:
    """Tell how to reach a running emulator, in lines that a shell understands."""
    tokens = "\n".join(f"# token: {token}" for token in api.tokens)
    return (
        f"# url: {api.url}\n"
        f"{tokens}\n"
        f"export DIGITALOCEAN_API_URL={api.url}\n"
        f"export DIGITALOCEAN_ACCESS_TOKEN={api.token}\n"
    )


async def serve(emulator: Emulator) -> None:
    """Run an emulator until the process gets SIGINT (Ctrl-C) or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stopped.set)
    try:
        async with emulator as api:
            sys.stdout.write(describe(api))
            sys.stdout.flush()
            await stopped.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


if __name__ == "__main__":
    main()
