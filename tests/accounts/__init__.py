"""Tests of `gradient_async.accounts`."""
