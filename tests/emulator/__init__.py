"""Tests of the emulator with a bare HTTP client that shares none of its code."""
