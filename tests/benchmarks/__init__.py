"""Measurements, run by hand: `nox -s bench`. Nothing here passes or fails."""
