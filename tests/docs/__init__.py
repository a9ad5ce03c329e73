"""Tests of the documentation; its code blocks are run from `docs/conftest.py`."""
