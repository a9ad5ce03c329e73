"""Measurements, run by `nox -s bench`; nothing here passes or fails."""
