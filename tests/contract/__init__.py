"""The code held against the facts of the official description."""
