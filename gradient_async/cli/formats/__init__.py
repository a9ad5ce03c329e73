"""Output formats of lists."""
