"""Tests of `gradient_async.resources`."""
