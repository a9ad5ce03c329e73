"""Simulations of what cannot run on one machine, on virtual time."""
