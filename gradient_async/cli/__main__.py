"""Run the command as `python -m gradient_async.cli`."""

from gradient_async.cli import main

main()
