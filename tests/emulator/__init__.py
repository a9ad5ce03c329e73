"""Tests of the emulator, by a bare HTTP client that knows none of its code."""
