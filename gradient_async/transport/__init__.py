"""How one call gets there and back."""
