"""Tests of the board in a real browser, run by `nox -s browser`."""
