"""Indexing jobs: the seeded ones, and those that clients start."""
