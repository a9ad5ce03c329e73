"""`python -m gradient_async.cli`: the command, where it is not on the path."""

from gradient_async.cli import main

main()
