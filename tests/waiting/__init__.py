"""Tests of `gradient_async.waiting`."""
