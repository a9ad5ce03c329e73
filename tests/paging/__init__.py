"""Tests of `gradient_async.paging`."""
