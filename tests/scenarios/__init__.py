"""Long runs, and many faults at once."""
