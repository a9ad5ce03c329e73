"""Helpers of the tests, with tests of their own."""
