"""Tests of what users' tests are given."""
