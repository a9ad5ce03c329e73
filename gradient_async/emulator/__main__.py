"""`python -m gradient_async.emulator`: run the emulator until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from gradient_async.emulator.core.limiter import DEFAULT_LIMITS
from gradient_async.emulator.emulator import Emulator


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments`, by default those of the process."""
    parser = create_parser()
    options = parser.parse_args(arguments)
    try:
        asyncio.run(serve(Emulator(**vars(options))))
    except (ValueError, OSError) as error:
        parser.error(str(error))


def create_parser() -> argparse.ArgumentParser:
    """Create the parser of the command line; its results are `Emulator`'s arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m gradient_async.emulator",
        description="Emulate the Gradient AI API on 127.0.0.1 with generated data.",
        epilog="Prints shell commands that point clients at it. Stop it with Ctrl-C.",
    )
    numbers: Sequence[tuple[str, str, int | float, str]] = (
        ("jobs", "N", 200, "indexing jobs per account"),
        ("accounts", "N", 1, "accounts, each with its own token"),
        ("seed", "N", 1, "seed of the generated data"),
        ("port", "N", 0, "port to listen on, 0 for a free one"),
        ("latency", "SECONDS", 0.0, "seconds per round trip"),
        ("speed", "FACTOR", 1.0, "speed of the server's clock"),
        ("database-seconds", "SECONDS", 5.0, "seconds to create a database"),
    )
    for name, metavar, default, text in numbers:
        parser.add_argument(
            f"--{name}",
            metavar=metavar,
            type=type(default),
            default=default,
            help=f"{text} (default: {default})",
        )
    parser.add_argument(
        "--no-limits",
        dest="limits",
        action="store_const",
        const=None,
        default=DEFAULT_LIMITS,
        help="turn off rate limits",
    )
    return parser


def describe(api: Emulator) -> str:
    """Return shell commands that point clients at a running emulator."""
    lines = [
        f"# url: {api.url}",
        *(f"# token: {token}" for token in api.tokens),
        f"export DIGITALOCEAN_API_URL={api.url}",
        f"export GRADIENT_BASE_URL={api.url}",
    ]
    for number, token in enumerate(api.tokens, 1):
        suffix = "" if number == 1 else f"_{number}"
        lines.append(f"export DIGITALOCEAN_ACCESS_TOKEN{suffix}={token}")
    return "".join(f"{line}\n" for line in lines)


async def serve(emulator: Emulator) -> None:
    """Run an emulator until the process receives SIGINT (Ctrl-C) or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        # By default SIGTERM ends the process at once, with connections still open.
        loop.add_signal_handler(number, stopped.set)
    try:
        async with emulator as api, asyncio.TaskGroup() as group:
            forgetting = group.create_task(_forget(api))
            sys.stdout.write(describe(api))
            # Programs that start the emulator read these lines through a pipe.
            sys.stdout.flush()
            await stopped.wait()
            forgetting.cancel()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _forget(api: Emulator) -> None:
    """Drop the records of requests, which nobody can read in a process of its own."""
    while True:
        await asyncio.sleep(1)
        for records in (api.requests, api.storage_requests, api.uploads):
            records.clear()


if __name__ == "__main__":
    main()
