"""Tests of `gradient_async.testing`."""
