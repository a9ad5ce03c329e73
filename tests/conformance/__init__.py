"""Checks client and emulator against the official description with Prism."""
