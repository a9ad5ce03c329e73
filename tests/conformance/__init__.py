"""Client and emulator against the official description; run by `nox -s conformance`."""
