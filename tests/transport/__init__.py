"""Tests of `gradient_async.transport`."""
