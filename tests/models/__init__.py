"""Tests of what the API says."""
