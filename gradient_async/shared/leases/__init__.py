"""Let one process at a time look after each account."""
