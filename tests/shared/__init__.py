"""Tests of what processes share, on real servers."""
