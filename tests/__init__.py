"""Tests of gradient_async, laid out as the package is."""
