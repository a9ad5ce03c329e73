"""What changed since a checkpoint."""
