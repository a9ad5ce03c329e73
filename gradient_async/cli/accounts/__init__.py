"""The accounts of the command: where they and their tokens are."""
