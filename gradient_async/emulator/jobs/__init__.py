"""Indexing jobs: those of the history, and those that move."""
