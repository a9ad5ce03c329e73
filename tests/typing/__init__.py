"""What callers gain from the types; read by type checkers, never run."""
