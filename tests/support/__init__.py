"""What the tests stand on; tested itself in `tests/support`."""
